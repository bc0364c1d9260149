//! The log lines of a test.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::sync::Notify;
use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
    subscriber::DefaultGuard,
};
use tracing_subscriber::{Layer, Registry, layer::SubscriberExt};

/// One line: its level, its message and its other fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// How bad.
    pub level: Level,
    /// What happened.
    pub message: String,
    /// The other fields, as they would be shown.
    pub fields: BTreeMap<&'static str, String>,
}

impl Line {
    /// A field; empty where there is none.
    pub fn field(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }

    /// Whether the line is of a warning or worse.
    pub fn warns(&self) -> bool {
        self.level <= Level::WARN
    }
}

/// What Kooper and the handlers of a test said, in order.
#[derive(Debug, Clone, Default)]
pub struct Log(Arc<Lines>);

#[derive(Debug, Default)]
struct Lines {
    lines: Mutex<Vec<Line>>,
    more: Notify,
}

impl Log {
    /// Takes what this thread says until the guard is dropped.
    pub fn install() -> (Self, DefaultGuard) {
        let log = Self::default();
        let guard = tracing::subscriber::set_default(Registry::default().with(log.layer()));
        (log, guard)
    }

    /// A layer that takes lines, for a subscriber of more threads than one.
    pub fn layer<S: Subscriber>(&self) -> impl Layer<S> + Send + Sync + use<S> {
        Tap(self.clone())
    }

    /// All lines so far.
    ///
    /// # Panics
    ///
    /// If another thread panicked while it wrote one.
    pub fn all(&self) -> Vec<Line> {
        self.0.lines.lock().expect("no panic").clone()
    }

    /// The warnings and errors so far.
    pub fn warnings(&self) -> Vec<Line> {
        self.all().into_iter().filter(Line::warns).collect()
    }

    /// The first line for which `wanted` is true, once there is one.
    ///
    /// # Panics
    ///
    /// If it does not come within ten minutes, which pass at once where time is paused.
    pub async fn wait(&self, wanted: impl Fn(&Line) -> bool) -> Line {
        let found = async {
            loop {
                let more = self.0.more.notified();
                tokio::pin!(more);
                more.as_mut().enable();
                if let Some(line) = self.all().into_iter().find(&wanted) {
                    return line;
                }
                more.await;
            }
        };
        let line = tokio::time::timeout(Duration::from_mins(10), found).await;
        line.unwrap_or_else(|_| panic!("the line did not come; there were {:#?}", self.all()))
    }
}

struct Tap(Log);

impl<S: Subscriber> Layer<S> for Tap {
    fn on_event(&self, event: &Event<'_>, _: tracing_subscriber::layer::Context<'_, S>) {
        // What clients and servers below say is their own affair.
        if !event.metadata().target().starts_with("kooper") {
            return;
        }
        let mut fields = Fields::default();
        event.record(&mut fields);
        let line = Line { level: *event.metadata().level(), message: fields.message, fields: fields.others };
        self.0.0.lines.lock().expect("no panic").push(line);
        self.0.0.more.notify_waiters();
    }
}

#[derive(Default)]
struct Fields {
    message: String,
    others: BTreeMap<&'static str, String>,
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let value = format!("{value:?}");
        if field.name() == "message" {
            self.message = value;
        } else {
            self.others.insert(field.name(), value);
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.record_debug(field, &format_args!("{value}"));
    }
}
