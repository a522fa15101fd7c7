//! Pieces that screens are made of.

pub(crate) mod card;
pub(crate) mod crumbs;
pub(crate) mod filter;
pub(crate) mod footer;
pub(crate) mod gauge;
pub(crate) mod header;
pub(crate) mod pane;
pub(crate) mod prose;
pub(crate) mod table;
pub(crate) mod toast;
