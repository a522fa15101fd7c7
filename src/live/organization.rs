//! The accounts of an organisation.

use super::{ConnectError, Member, base::Base};

/// Those that are active, and a line on each that is not.
pub(super) async fn accounts(_: &Base) -> Result<(Vec<Member>, Vec<String>), ConnectError> {
    Err(ConnectError::Organization("not there yet".to_owned()))
}
