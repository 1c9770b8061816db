//! A connection with a thread that reads.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::pin::Pin;
use std::sync::mpsc::{self, Receiver, SyncSender, TryRecvError};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread::Builder;

use hyper::rt::{Read, ReadBufCursor, Write};

/// The most bytes that are read at once.
const CHUNK: usize = 64 * 1024;

/// A connection. It writes where it is polled, which blocks only if the system takes no more bytes: a request is shorter
/// than that. Dropping it closes the connection and ends its thread.
pub(crate) struct Stream {
    socket: TcpStream,
    chunks: Receiver<io::Result<Vec<u8>>>,
    /// What has come and has not been taken.
    rest: Vec<u8>,
    reader: Arc<Reader>,
}

/// Whom to wake when bytes have come.
#[derive(Default)]
struct Reader(Mutex<Option<Waker>>);

impl Reader {
    fn register(&self, waker: &Waker) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(waker.clone());
    }

    fn wake(&self) {
        let waker = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        waker.inspect(Waker::wake_by_ref);
    }
}

impl Stream {
    pub(crate) fn new(socket: TcpStream) -> io::Result<Self> {
        // One chunk at most waits to be taken, so a reader that is ahead stops reading.
        let (chunk, chunks) = mpsc::sync_channel(1);
        let reader = Arc::new(Reader::default());
        let (source, wakes) = (socket.try_clone()?, reader.clone());
        Builder::new().spawn(move || {
            read_to_end(source, &chunk, &wakes);
            drop(chunk);
            wakes.wake();
        })?;
        Ok(Self { socket, chunks, rest: Vec::new(), reader })
    }
}

/// Reads until the connection ends or nobody takes what it reads.
fn read_to_end(mut socket: TcpStream, chunks: &SyncSender<io::Result<Vec<u8>>>, reader: &Reader) {
    loop {
        let mut bytes = vec![0; CHUNK];
        let chunk = match socket.read(&mut bytes) {
            Ok(0) => return,
            Ok(count) => {
                bytes.truncate(count);
                Ok(bytes)
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => Err(error),
        };
        let is_last = chunk.is_err();
        if chunks.send(chunk).is_err() || is_last {
            return;
        }
        reader.wake();
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        // The thread reads the same socket, so closing this end of it is not enough. A connection that has ended cannot be
        // shut down, and need not be.
        let _ = self.socket.shutdown(Shutdown::Both);
    }
}

impl Read for Stream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, mut buf: ReadBufCursor<'_>) -> Poll<io::Result<()>> {
        if self.rest.is_empty() {
            // Before looking, so that no chunk comes unnoticed between the two.
            self.reader.register(cx.waker());
            match self.chunks.try_recv() {
                Ok(chunk) => self.rest = chunk?,
                Err(TryRecvError::Empty) => return Poll::Pending,
                Err(TryRecvError::Disconnected) => return Poll::Ready(Ok(())),
            }
        }
        let count = self.rest.len().min(buf.remaining());
        buf.put_slice(&self.rest[..count]);
        self.rest.drain(..count);
        Poll::Ready(Ok(()))
    }
}

impl Write for Stream {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Poll::Ready((&self.socket).write(bytes))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready((&self.socket).flush())
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(self.socket.shutdown(Shutdown::Write))
    }
}
