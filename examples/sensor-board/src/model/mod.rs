//! Models of the board's devices, for machines that do not have them. They speak the devices' own protocols, and
//! misbehave on cue.

mod baro;
mod bus;
mod imu;
mod modem;
mod pins;
mod registers;
mod watchdog;

pub use bus::Bus;
pub use modem::Modem;
pub use pins::{Enable, Flag, Rail};
pub use watchdog::Dog;

use core::{
    cell::Cell,
    future::{pending, poll_fn},
    task::Poll,
};

use crate::bring_up::Board;
use embedded_hal_async::delay::DelayNs;

/// How the devices are to misbehave during one boot.
#[derive(Clone, Copy, Debug, Default)]
pub struct Script {
    /// The rail has its voltage only when it is asked about for this many times more.
    pub rail_late: u8,
    /// The crystal oscillates only after as many times more.
    pub crystal_late: u8,
    /// The one sensor.
    pub imu: Misbehaviour,
    /// The other, on the same bus.
    pub baro: Misbehaviour,
    /// The modem, whose transactions are commands.
    pub modem: Misbehaviour,
}

/// How one device misbehaves.
#[derive(Clone, Copy, Debug, Default)]
pub struct Misbehaviour {
    /// So many transactions are not acknowledged.
    pub nacks: u8,
    /// So many of those that follow never end.
    pub hangs: u8,
}

impl Misbehaviour {
    /// For all times, as far as a boot is concerned.
    pub const ALWAYS: u8 = u8::MAX;
}

impl Script {
    /// All is well.
    pub const CALM: Self = Self {
        rail_late: 3,
        crystal_late: 2,
        imu: Misbehaviour { nacks: 0, hangs: 0 },
        baro: Misbehaviour { nacks: 0, hangs: 0 },
        modem: Misbehaviour { nacks: 0, hangs: 0 },
    };

    /// The rail comes up late, one sensor does not acknowledge twice, the modem swallows a command: a boot gets over it.
    pub const ROUGH: Self = Self {
        rail_late: 15,
        imu: Misbehaviour { nacks: 2, hangs: 0 },
        modem: Misbehaviour { nacks: 0, hangs: 1 },
        ..Self::CALM
    };

    /// One sensor never answers.
    pub const SILENT: Self = Self { baro: Misbehaviour { nacks: 0, hangs: Misbehaviour::ALWAYS }, ..Self::CALM };

    /// The rail never has its voltage: the devices on it do not work.
    pub const DARK: Self = Self { rail_late: Misbehaviour::ALWAYS, ..Self::CALM };
}

/// All that the devices share, and outlives them.
#[derive(Debug)]
pub struct World {
    rail: Rail,
    crystal: Flag,
    dog: Cell<Option<u32>>,
    frames: Cell<u32>,
    script: Script,
}

/// The board, of models.
pub type Modelled<'w, Delay> = Board<Enable<'w>, &'w Rail, &'w Flag, Bus<'w>, Modem<'w>, Dog<'w>, Delay>;

impl World {
    /// Devices that will misbehave as the script says.
    pub fn new(script: Script) -> Self {
        Self {
            rail: Rail::new(script.rail_late),
            crystal: Flag::new(script.crystal_late),
            dog: Cell::new(None),
            frames: Cell::new(0),
            script,
        }
    }

    /// The board with all its devices, switched off.
    pub fn board<Delay: DelayNs + Clone>(&self, delay: Delay) -> Modelled<'_, Delay> {
        Board {
            enable: Enable(&self.rail),
            good: &self.rail,
            lock: &self.crystal,
            bus: Bus::new(&self.rail, self.script.imu, self.script.baro),
            modem: Modem::new(&self.rail, &self.frames, self.script.modem),
            dog: Dog(&self.dog),
            delay,
        }
    }

    /// The window that the watchdog was started with, if it was.
    pub fn watchdog(&self) -> Option<u32> {
        self.dog.get()
    }

    /// How many frames went out.
    pub fn frames(&self) -> u32 {
        self.frames.get()
    }
}

/// What comes of a transaction.
enum Cue {
    Answer,
    Nack,
}

impl Misbehaviour {
    /// The next transaction's cue; one that hangs does not come back.
    async fn next(&mut self) -> Cue {
        if spend(&mut self.nacks) {
            return Cue::Nack;
        }
        if spend(&mut self.hangs) {
            return pending().await;
        }
        one_poll_later().await;
        Cue::Answer
    }
}

fn spend(left: &mut u8) -> bool {
    let any = *left > 0;
    if any && *left < Misbehaviour::ALWAYS {
        *left -= 1;
    }
    any
}

/// Waits once, as a real device driver waits for an interrupt.
async fn one_poll_later() {
    let mut is_later = false;
    poll_fn(|cx| {
        if is_later {
            return Poll::Ready(());
        }
        is_later = true;
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
