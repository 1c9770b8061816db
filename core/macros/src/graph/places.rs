//! How the lanes get hold of what several steps take.

use super::Shared;
use crate::model::{Access, Place};

pub(super) fn place(shared: &Shared, order: &[usize], lanes: &[Vec<usize>]) -> Place {
    let (mut users, readers) = shared.in_order(order);
    let is_published = readers.len() > 1 || readers.iter().any(|step| shared.borrowers.contains(step));
    users.extend(&readers);
    let access = if !shared.is_exclusive() {
        Access::Shared
    } else if lanes.iter().any(|lane| users.iter().all(|user| lane.contains(user))) {
        Access::Owned
    } else {
        Access::HandedOver
    };
    let readers = if access == Access::HandedOver && is_published { readers } else { Vec::new() };
    Place { access, users, readers }
}
