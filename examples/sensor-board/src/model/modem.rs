//! An RN2483 and the network behind it.

use core::cell::Cell;

use embedded_io_async::{ErrorKind, ErrorType, Read, Write};

use super::{Cue, Misbehaviour, Rail};

/// The modem as a driver sees it: a serial line.
#[derive(Debug)]
pub struct Modem<'w> {
    rail: &'w Rail,
    frames: &'w Cell<u32>,
    mood: Misbehaviour,
    /// The command so far; what does not fit is no command.
    command: [u8; 64],
    len: usize,
    /// What it has yet to say.
    answers: &'static [u8],
    has_joined: bool,
}

impl<'w> Modem<'w> {
    pub(super) fn new(rail: &'w Rail, frames: &'w Cell<u32>, mood: Misbehaviour) -> Self {
        Self { rail, frames, mood, command: [0; 64], len: 0, answers: b"", has_joined: false }
    }

    /// Answers the command on the line. A misbehaving modem takes it for another one, or never gets to its end.
    async fn obey(&mut self) {
        let len = core::mem::take(&mut self.len);
        self.answers = b"";
        if !self.rail.is_good() {
            return;
        }
        if let Cue::Nack = self.mood.next().await {
            self.answers = b"invalid_param\r\n";
            return;
        }
        self.answers = match self.command.get(..len).unwrap_or_default() {
            b"sys reset" => {
                self.has_joined = false;
                b"RN2483 1.0.5 Oct 31 2018 15:06:52\r\n"
            }
            b"mac join otaa" => {
                self.has_joined = true;
                b"ok\r\naccepted\r\n"
            }
            b"mac get devaddr" if self.has_joined => b"26011F22\r\n",
            [b'm', b'a', b'c', b' ', b't', b'x', ..] if self.has_joined => {
                self.frames.set(self.frames.get().saturating_add(1));
                b"ok\r\nmac_tx_ok\r\n"
            }
            _ => b"invalid_param\r\n",
        };
    }
}

impl ErrorType for Modem<'_> {
    type Error = ErrorKind;
}

impl Write for Modem<'_> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
        for &byte in bytes {
            match byte {
                b'\n' => self.obey().await,
                b'\r' => {}
                byte => {
                    if let Some(place) = self.command.get_mut(self.len) {
                        *place = byte;
                        self.len += 1;
                    }
                }
            }
        }
        Ok(bytes.len())
    }

    async fn flush(&mut self) -> Result<(), ErrorKind> {
        Ok(())
    }
}

impl Read for Modem<'_> {
    async fn read(&mut self, into: &mut [u8]) -> Result<usize, ErrorKind> {
        // A silent line says nothing for ever.
        let Some((&byte, rest)) = self.answers.split_first() else { return core::future::pending().await };
        let Some(first) = into.first_mut() else { return Ok(0) };
        *first = byte;
        self.answers = rest;
        Ok(1)
    }
}
