//! A step's claim to all shared resources that it uses.

use super::resource::{SharedResource, Waiter};
use crate::lock::Lock;
use alloc::{sync::Arc, vec::Vec};
use core::task::Waker;
use rungs_scheduler::Instant;

/// How much a step uses of a shared resource.
#[derive(Clone, Debug)]
pub(crate) struct Want {
    pub(crate) resource: SharedResource,
    pub(crate) units: u32,
}

/// The tickets that were given. Whoever looks at more than one resource holds its lock, so that all of them are looked at
/// at once, and all queues have the same order.
static TICKETS: Lock<u64> = Lock::new(0);

/// A claim that waits for its resources or holds them. Dropping it gives back what it holds, or leaves the queues.
#[derive(Debug)]
pub(crate) struct Claim {
    wants: Arc<[Want]>,
    state: ClaimState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ClaimState {
    New,
    /// In the queues of all its resources, with this ticket.
    Waits(u64),
    Held,
}

/// What a claim lacks.
pub(crate) struct Lack {
    /// The index of the resource among those that are wanted.
    pub(crate) index: usize,
    /// When to ask again, though nobody wakes the claim before.
    pub(crate) due: Instant,
}

impl Claim {
    pub(crate) fn new(wants: Arc<[Want]>) -> Self {
        Self { wants, state: ClaimState::New }
    }

    pub(crate) fn is_held(&self) -> bool {
        self.state == ClaimState::Held
    }

    /// Takes all that is wanted, if all of it is free and nobody has to wait longer for that.
    ///
    /// # Errors
    /// Something is lacking. The claim waits, and the waker is woken when it may have become free.
    pub(crate) fn poll(&mut self, now: Instant, waker: &Waker) -> Result<(), Lack> {
        TICKETS.with(|last| {
            let ticket = match self.state {
                ClaimState::Held => return Ok(()),
                ClaimState::Waits(ticket) => ticket,
                ClaimState::New => {
                    *last += 1;
                    *last
                }
            };
            match self.lack(ticket, now) {
                Some(lack) => {
                    for Want { resource, units } in &*self.wants {
                        let waiter = Waiter { ticket, units: *units, waker: waker.clone() };
                        resource.inner.state.with(|state| state.enqueue(waiter));
                    }
                    self.state = ClaimState::Waits(ticket);
                    Err(lack)
                }
                None => {
                    for Want { resource, units } in &*self.wants {
                        resource.inner.state.with(|state| {
                            state.dequeue(ticket);
                            state.take(*units);
                        });
                    }
                    self.state = ClaimState::Held;
                    Ok(())
                }
            }
        })
    }

    /// The resource that is lacking longest.
    fn lack(&self, ticket: u64, now: Instant) -> Option<Lack> {
        let lacks = self.wants.iter().enumerate().map(|(index, Want { resource, units })| {
            let due = resource.inner.state.with(|state| state.due(ticket, *units, now));
            Lack { index, due }
        });
        // Of equals the first.
        lacks.filter(|lack| lack.due > now).reduce(|longest, lack| if lack.due > longest.due { lack } else { longest })
    }

    fn end(&mut self) {
        let mut wakers = Vec::new();
        TICKETS.with(|_| {
            for Want { resource, units } in &*self.wants {
                resource.inner.state.with(|state| match self.state {
                    ClaimState::New => {}
                    ClaimState::Held => state.give_back(*units, &mut wakers),
                    ClaimState::Waits(ticket) => {
                        let behind = state.dequeue(ticket);
                        let behind = behind.into_iter().flat_map(|index| state.queue.iter().skip(index));
                        wakers.extend(behind.map(|waiter| waiter.waker.clone()));
                    }
                });
            }
        });
        // Outside of the locks: a waker is foreign code.
        wakers.into_iter().for_each(Waker::wake);
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.end();
    }
}
