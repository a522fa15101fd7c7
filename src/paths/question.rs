//! Questions that a whole account is followed through for: too long to wait for while a key is held down.

use std::sync::Arc;

use super::{DataUses, Doors, Graph, Node, Path, Radius, Target};
use crate::{
    iam::{Account, Library},
    model::Posture,
};

/// What to find out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// Every attack path to administrator or to data.
    Paths,
    /// What the roles of functions may do with what holds data.
    Data,
    /// Who outside may call or send to what, and what hands on what it was sent.
    Doors,
    /// What this one can do to the account.
    Reach(Node),
}

/// What was found out.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// The attack paths.
    Paths(Vec<Path>),
    /// What the roles may do with what holds data.
    Data(DataUses),
    /// The doors.
    Doors(Doors),
    /// The blast radius.
    Reach(Radius),
}

impl Question {
    /// Finds out; `library` holds the documents of `posture`.
    pub fn answer(&self, posture: &Posture, library: Arc<Library>) -> Found {
        let account = Account::new(posture, library);
        match self {
            Self::Data => Found::Data(DataUses::new(&account)),
            Self::Doors => Found::Doors(Doors::new(&account)),
            Self::Paths => Found::Paths(Graph::new(&account).paths(None, &Target::AdminOrData)),
            Self::Reach(subject) => Found::Reach(Graph::new(&account).reach(subject)),
        }
    }
}
