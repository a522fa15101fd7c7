//! Account Management: alternate contacts.

use palisade::model::Source;

use super::{
    Planted, Service,
    Shown::{Right, Wrong},
    same,
};

pub(super) static SERVICE: Service = Service {
    source: Source::Account,
    plant: include_str!("contacts.py"),
    facts: &[
        Planted {
            name: "there is somebody for security",
            holds: |posture| same(posture.governance.security_contact.known().map_err(ToString::to_string)?, &true),
            moto: Right,
            ministack: Wrong("it has no alternate contacts"),
        },
        Planted {
            name: "there is nobody for operations",
            holds: |posture| same(posture.governance.operations_contact.known().map_err(ToString::to_string)?, &false),
            moto: Right,
            ministack: Wrong("it has no alternate contacts"),
        },
    ],
    moto: &[],
    ministack: &["unsupported account:GetAlternateContact"],
};
