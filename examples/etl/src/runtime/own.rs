//! No runtime: the executor of the example `custom_executor`, and a thread wherever something blocks.

#[path = "../../../executor.rs"]
mod executor;
mod stream;
mod threads;

use std::future::poll_fn;
use std::io;
use std::net::TcpStream;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use executor::Clock;
use rungs::{Spawner, TaskDropped};
use stream::Stream;
use threads::Threads;

use super::Runtime;

/// A clock and a `block_on` on std alone. Each step that blocks, each attempt to connect and each connection has a thread.
///
/// An attempt to connect that nobody waits for any more stays on its thread until the system ends it.
pub(crate) struct Own(Clock);

impl Own {
    pub(crate) fn new() -> Self {
        Self(Clock::new())
    }
}

impl Runtime for Own {
    type Timer = Clock;
    type Blocking = Threads;
    type Stream = Stream;

    fn timer(&self) -> &Clock {
        &self.0
    }

    fn blocking(&self) -> Threads {
        Threads
    }

    async fn connect(host: &str, port: u16) -> io::Result<Stream> {
        let host = host.to_owned();
        let connected = on_a_thread(async move { TcpStream::connect((host, port)) }).await;
        Stream::new(connected.unwrap_or_else(|TaskDropped| Err(io::Error::other("there is no thread to connect on")))?)
    }

    fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.0.block_on(future)
    }
}

async fn on_a_thread<F>(future: F) -> Result<F::Output, TaskDropped>
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    let mut handle = pin!(Threads.spawn(future));
    let join =
        |handle: Pin<&mut _>, cx: &mut Context<'_>| -> Poll<_> { <Threads as Spawner<F>>::poll_join(handle, cx) };
    poll_fn(|cx| join(handle.as_mut(), cx)).await
}
