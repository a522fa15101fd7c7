//! What the user knows better of Lambda's runtimes than the table that is part of Palisade.

use crate::model::Timestamp;

/// Dates of one runtime; those that are not given are the table's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RuntimeDates {
    /// The end of support.
    pub deprecated: Option<Timestamp>,
    /// From when on no function can be created with it.
    pub block_create: Option<Timestamp>,
    /// From when on no function that uses it can be changed.
    pub block_update: Option<Timestamp>,
}
