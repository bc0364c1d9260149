//! Faults of watches that are open.

use std::sync::{Arc, Mutex, MutexGuard, Weak};

use tokio::sync::watch;

use crate::testing::request::{Reader, Request};

/// What a watch is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::testing) enum Command {
    Run,
    Hang,
    End,
    Break,
    Cut,
    Garble,
    Repeat,
    Fail(u16),
}

/// The open watches that a fault is to meet; all of them, unless narrowed by [`resource`](Self::resource).
#[derive(Debug)]
pub struct Watches<'a> {
    open: &'a OpenWatches,
    resource: Option<String>,
}

impl<'a> Watches<'a> {
    pub(super) fn new(open: &'a OpenWatches) -> Self {
        Self { open, resource: None }
    }

    /// Only watches of this resource, by its plural.
    #[must_use]
    pub fn resource(mut self, plural: &str) -> Self {
        self.resource = Some(plural.into());
        self
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.each().count()
    }

    /// Waits until there are at least `count` of them.
    pub async fn opened(&self, count: usize) {
        self.until(|watches| watches.count() >= count).await;
    }

    /// Waits until there are at most `count` of them.
    pub async fn closed(&self, count: usize) {
        self.until(|watches| watches.count() <= count).await;
    }

    /// Ends them in good order, as a server does when their time is up.
    pub fn end(&self) {
        self.command(Command::End);
    }

    /// Breaks their connections.
    pub fn drop_connections(&self) {
        self.command(Command::Break);
    }

    /// Ends them in the middle of a line.
    pub fn cut(&self) {
        self.command(Command::Cut);
    }

    /// Makes them silent: no event, no bookmark, no end, until [`go_on`](Self::go_on).
    pub fn hang(&self) {
        self.command(Command::Hang);
    }

    /// Lets hanging ones go on; they tell what they missed.
    pub fn go_on(&self) {
        for watch in self.each() {
            watch.commands.send_if_modified(|command| {
                let hung = *command == Command::Hang;
                if hung {
                    *command = Command::Run;
                }
                hung
            });
        }
    }

    /// Sends each a line that is not JSON.
    pub fn garble(&self) {
        self.command(Command::Garble);
    }

    /// Sends each its last event once more.
    pub fn repeat(&self) {
        self.command(Command::Repeat);
    }

    /// Sends each an `ERROR` event with this status code, then ends it: 410 is what a real one sends when its version is too old.
    pub fn fail(&self, code: u16) {
        self.command(Command::Fail(code));
    }

    async fn until(&self, reached: impl Fn(&Self) -> bool) {
        let mut changed = self.open.changed.subscribe();
        // The sender is borrowed for longer than this waits, so a change always comes.
        while !reached(self) && changed.changed().await.is_ok() {}
    }

    fn command(&self, command: Command) {
        for watch in self.each() {
            watch.commands.send_replace(command);
        }
    }

    fn each(&self) -> impl Iterator<Item = Arc<Watcher>> {
        let watchers: Vec<_> = self.open.lock().iter().filter_map(Weak::upgrade).collect();
        let wanted = self.resource.clone();
        watchers
            .into_iter()
            .filter(move |watch| wanted.as_ref().is_none_or(|wanted| *wanted == watch.resource))
    }
}

/// All open watches.
#[derive(Debug)]
pub(in crate::testing) struct OpenWatches {
    watchers: Mutex<Vec<Weak<Watcher>>>,
    changed: watch::Sender<()>,
}

impl Default for OpenWatches {
    fn default() -> Self {
        Self { watchers: Mutex::default(), changed: watch::Sender::new(()) }
    }
}

#[derive(Debug)]
struct Watcher {
    resource: String,
    /// The resource with its group.
    collection: String,
    reader: Option<Reader>,
    /// Up to which version all is told and taken; `None` while it has something to tell.
    idle_at: Mutex<Option<u64>>,
    commands: watch::Sender<Command>,
    /// Dropped after `commands`, so that who waits for the end sees it gone.
    changed: watch::Sender<()>,
}

impl Watcher {
    fn idle_at(&self) -> MutexGuard<'_, Option<u64>> {
        self.idle_at.lock().expect("nothing panics while it holds a version")
    }

    fn rests_at(&self) -> Option<u64> {
        let at_peace = matches!(*self.commands.borrow(), Command::Run | Command::Hang);
        self.idle_at().filter(|_| at_peace)
    }
}

impl OpenWatches {
    fn lock(&self) -> MutexGuard<'_, Vec<Weak<Watcher>>> {
        self.watchers.lock().expect("nothing panics while it holds the watches")
    }

    /// Tells of watches that open, close, or come to have nothing to tell.
    pub(in crate::testing) fn changes(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// The watches of a reader: the collection of each, and up to which version it has told and was heard; `None`
    /// while it has something to tell or a fault to meet.
    pub(in crate::testing) fn of(&self, reader: Reader) -> Vec<(String, Option<u64>)> {
        let watchers: Vec<_> = self.lock().iter().filter_map(Weak::upgrade).collect();
        let own = watchers.iter().filter(|watcher| watcher.reader == Some(reader));
        own.map(|watcher| (watcher.collection.clone(), watcher.rests_at())).collect()
    }

    pub(super) fn open(&self, request: &Request) -> OpenWatch {
        let (commands, receiver) = watch::channel(Command::Run);
        let watcher = Arc::new(Watcher {
            resource: request.resource.plural.clone(),
            collection: request.resource.collection(),
            reader: request.reader,
            idle_at: Mutex::new(None),
            commands,
            changed: self.changed.clone(),
        });
        let mut watchers = self.lock();
        watchers.retain(|watcher| watcher.strong_count() > 0);
        watchers.push(Arc::downgrade(&watcher));
        drop(watchers);
        self.changed.send_replace(());
        OpenWatch { watcher: Some(watcher), commands: receiver }
    }
}

/// The place of one watch among the open ones; it leaves when it is dropped.
#[derive(Debug)]
pub(in crate::testing) struct OpenWatch {
    watcher: Option<Arc<Watcher>>,
    commands: watch::Receiver<Command>,
}

impl OpenWatch {
    /// What to do now. What is done once is told once.
    pub(in crate::testing) fn command(&mut self) -> Command {
        let command = *self.commands.borrow_and_update();
        if let (Command::Garble | Command::Repeat, Some(watcher)) = (command, &self.watcher) {
            watcher.commands.send_if_modified(|now| {
                *now = Command::Run;
                false
            });
        }
        command
    }

    /// From here on there may be something to tell.
    pub(in crate::testing) fn busy(&self) {
        if let Some(watcher) = &self.watcher {
            *watcher.idle_at() = None;
        }
    }

    /// All is told up to this version, and was taken: a body is asked for more when what came has been read.
    pub(in crate::testing) fn idle(&self, version: u64) {
        if let Some(watcher) = &self.watcher {
            *watcher.idle_at() = Some(version);
            if watcher.changed.receiver_count() > 0 {
                watcher.changed.send_replace(());
            }
        }
    }

    /// Falls silent, until it is let go on.
    pub(in crate::testing) fn hang(&self) {
        if let Some(watcher) = &self.watcher {
            watcher.commands.send_replace(Command::Hang);
        }
    }

    /// After what is sent now, the connection breaks.
    pub(in crate::testing) fn break_next(&self) {
        if let Some(watcher) = &self.watcher {
            watcher.commands.send_replace(Command::Break);
        }
    }

    /// Whether there is a command that was not taken yet.
    pub(in crate::testing) fn is_commanded(&self) -> bool {
        self.commands.has_changed().unwrap_or(true)
    }

    /// Waits for another command.
    pub(in crate::testing) async fn changed(&mut self) {
        // The sender is in this very value, so it is never gone.
        let _ = self.commands.changed().await;
    }
}

impl Drop for OpenWatch {
    fn drop(&mut self) {
        if let Some(watcher) = self.watcher.take() {
            let changed = watcher.changed.clone();
            drop(watcher);
            changed.send_replace(());
        }
    }
}
