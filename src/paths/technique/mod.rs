//! The ways to become somebody else, as data: what each needs, and what it gives.
//!
//! Ids with a number are those of Datadog's pathfinding.cloud (Apache-2.0); the others are this product's own. Function
//! code that runs as a role is the role: a session's credentials are in the environment of its code.

mod table;

pub(super) use table::TECHNIQUES;

/// What an action must be allowed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum On {
    /// The one that is attacked.
    Victim,
    /// The role that is attacked, when it is passed to this service.
    Passed(&'static str),
    /// Something that is yet to be made: its service, and how its ARN's resource begins.
    New(&'static str, &'static str),
    /// A customer managed policy that the victim holds.
    HeldPolicy,
    /// A group that the victim is in.
    OwnGroup,
    /// The victim when it is in the way that its permissions boundary be lifted; nothing for those who have none.
    Boundary,
}

/// An action, and what it must be allowed on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Need(pub(super) &'static str, pub(super) On);

/// Who is attacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Victim {
    /// A role that this service may take on.
    RoleOf(&'static str),
    /// Any role that is not a service's own.
    Role,
    /// A user.
    User,
    /// A function.
    Function,
    /// Nobody: something new is made.
    Nobody,
}

/// What a technique gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gives {
    /// To act as the victim.
    Control,
    /// That the victim is administrator, whoever acts as it. With an action that also gives control, one may.
    Administrator,
    /// Both.
    AdministratorAndControl,
}

/// A way to become somebody else.
#[derive(Debug)]
pub(super) struct Technique {
    /// The published path's id, else a short name.
    pub(super) id: &'static str,
    /// Who is attacked.
    pub(super) victim: Victim,
    /// What it takes, in the order of use.
    pub(super) needs: &'static [Need],
    /// What it gives.
    pub(super) gives: Gives,
    /// Whether the victim must be assumed besides, by its trust policy too.
    pub(super) assumes: bool,
    /// Whether somebody or something else must still start it.
    pub(super) needs_trigger: bool,
}

/// A role passed to something new that runs as it.
const fn passed(id: &'static str, service: &'static str, needs: &'static [Need]) -> Technique {
    Technique { id, victim: Victim::RoleOf(service), needs, gives: Gives::Control, assumes: false, needs_trigger: false }
}

const fn on(id: &'static str, victim: Victim, needs: &'static [Need], gives: Gives) -> Technique {
    Technique { id, victim, needs, gives, assumes: false, needs_trigger: false }
}

impl Technique {
    const fn triggered(self) -> Self {
        Self { needs_trigger: true, ..self }
    }

    const fn assuming(self) -> Self {
        Self { assumes: true, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passed_role_is_passed_to_the_service_that_takes_it_on() {
        for technique in TECHNIQUES {
            if let Victim::RoleOf(service) = technique.victim {
                let Need(action, on) = technique.needs[0];
                assert_eq!((action, on), ("iam:PassRole", On::Passed(service)), "{}", technique.id);
            }
            assert!(technique.needs.iter().all(|Need(action, _)| action.contains(':')), "{}", technique.id);
        }
    }
}
