//! stub
use crate::model::{Posture, Timestamp};
/// x
pub fn posture() -> Posture { Posture::new("1", Timestamp::EPOCH) }
