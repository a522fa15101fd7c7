//! The dashboard's screens: pure drawing from what is known, and keys that ask for effects.

pub mod colour;
pub mod theme;
pub mod themes;
