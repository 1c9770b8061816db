//! The signals of the system.

use std::io;
use std::process;
use std::sync::{Arc, OnceLock};
use std::thread::Builder;

use async_signal::{Signal, Signals};
use futures_lite::{StreamExt, future};
use rungs::CancelToken;

/// The signals that ask the job to stop: Ctrl-C, and what `kill`, service managers and containers send.
const STOPS: &[Signal] = if cfg!(unix) { &[Signal::Int, Signal::Term] } else { &[Signal::Int] };

/// The first signal cancels the run, the second its clean-up as well, and the third ends the program at once, with the exit code
/// of a program that was killed by it.
///
/// They are listened for on a thread of their own, so that they count on any runtime, and however busy it is.
///
/// What is returned holds the name of the first signal from then on.
pub(crate) fn cancel(token: &CancelToken) -> io::Result<Arc<OnceLock<&'static str>>> {
    let mut signals = Signals::new(STOPS)?;
    let stopped_by = Arc::new(OnceLock::new());
    let (token, first) = (token.clone(), stopped_by.clone());
    let listening = async move {
        for count in 1_u32.. {
            let (name, code) = match signals.next().await {
                Some(Ok(Signal::Term)) => ("SIGTERM", 143),
                _ => ("Ctrl-C", 130),
            };
            if count > 2 {
                process::exit(code);
            }
            first.get_or_init(|| name);
            token.cancel();
        }
    };
    Builder::new().name("signals".to_owned()).spawn(|| future::block_on(listening))?;
    Ok(stopped_by)
}

/// Makes a file that may not grow (`ulimit -f`) an error of the step that writes it. Without a handler the signal would end the
/// program.
#[cfg(unix)]
pub(crate) fn fail_on_long_files() -> io::Result<Signals> {
    Signals::new([Signal::Xfsz])
}
