//! The signals that end a program: SIGINT and SIGTERM, or Ctrl-C where there are no such signals.
//!
//! A thread of their own hears them, with a runtime of its own: handlers that block every thread of the program's runtime would
//! else keep it from hearing any.

use std::{io, process, thread};
use tokio::{runtime::Builder, sync::oneshot};
use tokio_util::sync::{CancellationToken, DropGuard};

/// What the signals of the process say to one controller, from the moment this is made. They no longer end the process by
/// themselves.
pub(crate) struct Signals {
    /// The name of the first.
    pub(crate) stop: oneshot::Receiver<&'static str>,
    /// Fires at the second, or at the first where nobody waits for that any more. The next ends the process, whatever its threads
    /// do.
    pub(crate) again: CancellationToken,
    /// Where no signal has come before this is dropped, none is heard any more.
    pub(crate) over: DropGuard,
}

impl Signals {
    /// Begins to listen.
    pub(crate) fn listen() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let heard = {
            let _within = runtime.enter();
            Heard::begin()?
        };
        let (first, stop) = oneshot::channel();
        let (again, over) = (CancellationToken::new(), CancellationToken::new());
        let told = tell(heard, first, again.clone(), over.clone());
        thread::Builder::new().name("kooper-signals".into()).spawn(move || runtime.block_on(told))?;
        Ok(Self { stop, again, over: over.drop_guard() })
    }
}

async fn tell(
    mut heard: Heard,
    first: oneshot::Sender<&'static str>,
    again: CancellationToken,
    over: CancellationToken,
) {
    let mut name = tokio::select! {
        biased;
        () = over.cancelled() => return,
        name = heard.next() => name,
    };
    if first.send(name).is_ok() {
        name = heard.next().await;
    }
    tracing::warn!(why = name, "cutting running handlers off: another signal ends the program");
    again.cancel();
    let name = heard.next().await;
    tracing::error!(why = name, "ending the program in the middle of what it does");
    process::exit(1)
}

struct Heard {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Heard {
    fn begin() -> io::Result<Self> {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            Ok(Self {
                interrupt: signal(SignalKind::interrupt())?,
                terminate: signal(SignalKind::terminate())?,
            })
        }
        #[cfg(not(unix))]
        Ok(Self {})
    }

    /// The name of the next one.
    async fn next(&mut self) -> &'static str {
        #[cfg(unix)]
        tokio::select! {
            _ = self.interrupt.recv() => "SIGINT",
            _ = self.terminate.recv() => "SIGTERM",
        }
        #[cfg(not(unix))]
        {
            if tokio::signal::ctrl_c().await.is_err() {
                // Without a handler for it the program ends by itself, which is as well.
                std::future::pending::<()>().await;
            }
            "Ctrl-C"
        }
    }
}
