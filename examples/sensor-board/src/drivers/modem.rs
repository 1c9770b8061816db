//! Microchip RN2483: a LoRaWAN modem on a serial line (command reference DS40001784).

use embedded_io_async::{Error, Read, Write};

use crate::Fault;

/// What the modem runs: its version's three numbers. Who has one has heard the modem answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Firmware(pub [u8; 3]);

/// The board's membership in the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    /// The board's address in it.
    pub address: u32,
}

/// Resets the modem; it answers with its version.
pub async fn reset<Line: Read + Write>(line: &mut Line) -> Result<Firmware, Fault> {
    say(line, b"sys reset").await?;
    // What an attempt that was cut off had not read any more may come first.
    for _ in 0..4 {
        let answer = listen(line).await?;
        if let Some(version) = answer.as_str().strip_prefix("RN2483 ") {
            return version_of(version).ok_or(Fault::Answer);
        }
    }
    Err(Fault::Answer)
}

/// Joins the network by the keys that the modem holds.
pub async fn join<Line: Read + Write>(line: &mut Line, _: &Firmware) -> Result<Session, Fault> {
    say(line, b"mac join otaa").await?;
    expect(line, "ok").await?;
    match listen(line).await?.as_str() {
        "accepted" => {}
        "denied" => return Err(Fault::Denied),
        _ => return Err(Fault::Answer),
    }
    say(line, b"mac get devaddr").await?;
    let address = u32::from_str_radix(listen(line).await?.as_str(), 16).map_err(|_| Fault::Answer)?;
    Ok(Session { address })
}

/// Sends the numbers as one frame, unconfirmed, on port 1.
pub async fn send<Line: Read + Write>(line: &mut Line, _: &Session, numbers: &[i32]) -> Result<(), Fault> {
    put(line, b"mac tx uncnf 1 ").await?;
    for byte in numbers.iter().flat_map(|number| number.to_be_bytes()) {
        put(line, &[hex(byte >> 4), hex(byte & 15)]).await?;
    }
    say(line, b"").await?;
    expect(line, "ok").await?;
    expect(line, "mac_tx_ok").await
}

/// `1.0.5 Oct 31 2018 15:06:52`
fn version_of(text: &str) -> Option<Firmware> {
    let (mut numbers, mut place) = ([0_u8; 3], 0);
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' => {
                let number = numbers.get_mut(place)?;
                *number = number.checked_mul(10)?.checked_add(byte - b'0')?;
            }
            b'.' => place += 1,
            b' ' => break,
            _ => return None,
        }
    }
    (place == 2).then_some(Firmware(numbers))
}

fn hex(digit: u8) -> u8 {
    if digit < 10 { b'0' + digit } else { b'A' - 10 + digit }
}

/// The end of a command, and the end of its line.
async fn say<Line: Write>(line: &mut Line, command: &[u8]) -> Result<(), Fault> {
    put(line, command).await?;
    put(line, b"\r\n").await?;
    line.flush().await.map_err(|error| Fault::Line(error.kind()))
}

async fn put<Line: Write>(line: &mut Line, bytes: &[u8]) -> Result<(), Fault> {
    line.write_all(bytes).await.map_err(|error| Fault::Line(error.kind()))
}

async fn expect<Line: Read>(line: &mut Line, answer: &str) -> Result<(), Fault> {
    if listen(line).await?.as_str() == answer { Ok(()) } else { Err(Fault::Answer) }
}

/// One line of the modem's, without its end. The longest of those awaited here has 39 characters.
async fn listen<Line: Read>(line: &mut Line) -> Result<Answer, Fault> {
    let mut answer = Answer { bytes: [0; 48], len: 0 };
    loop {
        let mut byte = [0];
        match line.read(&mut byte).await {
            Ok(0) => return Err(Fault::Answer),
            Ok(_) => {}
            Err(error) => return Err(Fault::Line(error.kind())),
        }
        match byte[0] {
            b'\n' => return Ok(answer),
            b'\r' => {}
            byte => {
                *answer.bytes.get_mut(answer.len).ok_or(Fault::Answer)? = byte;
                answer.len += 1;
            }
        }
    }
}

struct Answer {
    bytes: [u8; 48],
    len: usize,
}

impl Answer {
    /// What is no text is no answer that anybody awaits.
    fn as_str(&self) -> &str {
        self.bytes.get(..self.len).and_then(|bytes| core::str::from_utf8(bytes).ok()).unwrap_or("")
    }
}
