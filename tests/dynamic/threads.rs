//! An executor with threads of its own.

use std::{sync::Arc, thread};

use smol::Executor;

/// An executor with so many threads, until the guard is dropped.
pub(crate) struct Threads {
    pub(crate) executor: Arc<Executor<'static>>,
    stop: Option<smol::channel::Sender<()>>,
    threads: Vec<thread::JoinHandle<()>>,
}

impl Threads {
    pub(crate) fn new(threads: usize) -> Self {
        let executor = Arc::new(Executor::new());
        let (stop, stopped) = smol::channel::bounded::<()>(1);
        let threads = (0..threads)
            .map(|_| {
                let (executor, stopped) = (executor.clone(), stopped.clone());
                thread::spawn(move || {
                    // Ends when the sender is dropped.
                    let _ = smol::block_on(executor.run(stopped.recv()));
                })
            })
            .collect();
        Self { executor, stop: Some(stop), threads }
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        self.stop = None;
        self.threads.drain(..).for_each(|thread| thread.join().unwrap());
    }
}
