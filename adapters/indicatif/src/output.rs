//! Where lines go.

use crate::line::text;
use indicatif::MultiProgress;
use std::{
    fmt,
    io::{self, Write},
    mem,
    panic::{self, AssertUnwindSafe},
    sync::{Arc, Mutex, PoisonError},
};

/// Bars where there is a terminal, and lines without them.
pub(crate) struct Output {
    /// None if there are never bars.
    bars: Option<MultiProgress>,
    /// Lines where no bars are.
    plain: Mutex<Plain>,
}

struct Plain {
    to: Box<dyn Write + Send>,
    /// The room of the last line, for the next.
    line: String,
}

impl Output {
    pub(crate) fn new(bars: Option<MultiProgress>, plain: Box<dyn Write + Send>) -> Self {
        Self { bars, plain: Mutex::new(Plain { to: plain, line: String::new() }) }
    }

    /// The bars, if there is somewhere to draw them.
    pub(crate) fn bars(&self) -> Option<&MultiProgress> {
        self.bars.as_ref().filter(|bars| !bars.is_hidden())
    }

    /// Writes a line, above the bars if there are any. An error of writing is ignored: a pipe that is closed stops no run.
    pub(crate) fn println(&self, line: fmt::Arguments<'_>) {
        match self.bars() {
            Some(bars) => drop(bars.println(text(line))),
            None => {
                let mut plain = self.plain.lock().unwrap_or_else(PoisonError::into_inner);
                plain.write(line);
            }
        }
    }
}

impl Plain {
    /// Writes a line by one call, so that lines of others do not come in between.
    fn write(&mut self, line: fmt::Arguments<'_>) {
        self.line.clear();
        // An error that fails to show itself ends its line.
        let _ = fmt::Write::write_fmt(&mut self.line, line);
        self.line.push('\n');
        let _ = self.to.write_all(self.line.as_bytes()).and_then(|()| self.to.flush());
    }
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Output").field("bars", &self.bars().is_some()).finish_non_exhaustive()
    }
}

/// Prints lines of one's own while bars are shown, without tearing these. [`Progress::printer`](crate::Progress::printer)
/// gives it; clones print to the same place, from any thread.
///
/// ```
/// use rungs::{NoClock, Pipeline};
/// use rungs_indicatif::Progress;
///
/// let progress = Progress::new();
/// let printer = progress.printer();
/// let mut p: Pipeline = Pipeline::new("etl");
/// p.step("extract").run(async || {
///     printer.println("two rows are odd");
///     printer.suspend(|| eprintln!("somebody else's line"));
///     Ok(())
/// });
/// let run = p.runner().observe(progress).run(&NoClock);
/// assert!(futures_lite::future::block_on(run)?.is_success());
/// # Ok::<(), rungs::PipelineError>(())
/// ```
/// It is also a writer, for a logger or `writeln!`: each line is printed when it is complete, and the last at the latest when the
/// printer is dropped.
#[derive(Debug)]
pub struct Printer {
    output: Arc<Output>,
    /// What has been written of a line.
    begun: Vec<u8>,
}

impl Printer {
    pub(crate) fn new(output: Arc<Output>) -> Self {
        Self { output, begun: Vec::new() }
    }

    /// Prints a text above the bars, or where the plain lines go if there are no bars. It is printed as it is.
    pub fn println(&self, text: impl AsRef<str>) {
        self.output.println(format_args!("{}", text.as_ref()));
    }

    /// Takes the bars off the terminal, calls `write`, and draws them again. Meanwhile the bars are locked: `write` should be
    /// quick, and must not use a printer or the bars itself.
    ///
    /// [`Printer`] has an example.
    pub fn suspend<R>(&self, write: impl FnOnce() -> R) -> R {
        let Some(bars) = self.output.bars() else { return write() };
        // A panic must not pass through the lock of the bars, which would be of no use then.
        match bars.suspend(|| panic::catch_unwind(AssertUnwindSafe(write))) {
            Ok(result) => result,
            Err(panic) => panic::resume_unwind(panic),
        }
    }
}

impl Clone for Printer {
    /// A printer to the same place, which has begun no line.
    fn clone(&self) -> Self {
        Self::new(self.output.clone())
    }
}

impl Write for Printer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.begun.extend_from_slice(bytes);
        if let Some(end) = self.begun.iter().rposition(|byte| *byte == b'\n') {
            let rest = self.begun.split_off(end + 1);
            let mut lines = mem::replace(&mut self.begun, rest);
            lines.pop();
            self.println(String::from_utf8_lossy(&lines));
        }
        Ok(bytes.len())
    }

    /// Does nothing: there are no halves of a line above bars.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Printer {
    fn drop(&mut self) {
        if !self.begun.is_empty() {
            self.println(String::from_utf8_lossy(&self.begun));
        }
    }
}
