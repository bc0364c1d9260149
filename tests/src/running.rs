//! A controller in the background of a test.

use kooper::{Controller, Runnable};
use tokio::{sync::oneshot, task::JoinHandle};

/// A controller that runs until it is stopped or dropped.
pub struct Running {
    stop: oneshot::Sender<()>,
    task: JoinHandle<kooper::Result>,
}

impl Running {
    /// Starts a controller.
    pub fn start<H: Runnable>(controller: Controller<H>) -> Self {
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(controller.run_until(async {
            let _ = stopped.await;
        }));
        Self { stop, task }
    }

    /// Starts something else that goes on until it is stopped or dropped, such as another library's controller.
    pub fn beside(other: impl Future<Output = ()> + Send + 'static) -> Self {
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(async {
            tokio::select! {
                () = other => {}
                _ = stopped => {}
            }
            Ok(())
        });
        Self { stop, task }
    }

    /// Whether it has ended, by itself or by a panic.
    pub fn is_over(&self) -> bool {
        self.task.is_finished()
    }

    /// Begins the shutdown, and gives its result once it is over.
    ///
    /// # Errors
    ///
    /// The controller's.
    ///
    /// # Panics
    ///
    /// If the controller panicked.
    pub async fn stop(self) -> kooper::Result {
        let _ = self.stop.send(());
        self.task.await.expect("the controller does not panic")
    }

    /// Waits until the controller ends by itself.
    ///
    /// # Errors
    ///
    /// The controller's.
    ///
    /// # Panics
    ///
    /// If the controller panicked.
    pub async fn ended(self) -> kooper::Result {
        self.task.await.expect("the controller does not panic")
    }
}
