//! What a policy means.
//!
//! A text becomes a [`Document`]; a [`Library`] holds those of a posture. Three questions are put to them:
//! [`decide()`] asks one [`Request`] of every policy in a [`PolicySet`], [`Holder`] asks what a role or user may do,
//! and [`audience()`] asks whom a resource's policy lets in. All three go through the same conditions, in three
//! values: true, false, and unknown. Where the context of a request is not known, it is tried out (`worlds`),
//! so that a condition which always holds, or two that exclude each other, leave nothing open.

mod account;
mod action_set;
mod audience;
mod aws_policy;
mod bits;
mod carrier;
mod case;
#[cfg(test)]
mod cases;
mod catalog;
mod cells;
mod condition;
mod controls;
mod data;
mod decide;
mod derived;
mod diff;
mod document;
mod exposure;
mod glob;
mod grants;
mod holder;
#[cfg(test)]
mod hostile;
mod invited;
mod json;
mod least_privilege;
mod library;
mod meeting;
mod moment;
mod needed;
mod network;
mod own_policy;
mod pass_role;
mod permissions;
mod pipelines;
mod policy_set;
mod principal;
mod privilege_score;
mod proof;
#[cfg(test)]
mod properties;
mod published_path;
mod request;
mod scope;
mod stranger;
mod template;
mod truth;
mod usage;
mod words;
mod worlds;

pub use account::Account;
pub use action_set::ActionSet;
pub use audience::{Audience, Reach, audience, audience_among};
pub use aws_policy::AwsPolicy;
pub use case::Case;
pub use catalog::{AccessLevel, Action, Catalog, ResourceType, Service};
pub use condition::Condition;
pub use decide::decide;
pub use document::{Document, Effect, Malformed, Statement};
pub use exposure::{UrlReach, public_functions, signed_url_reaches, url_reach};
pub use glob::matches_pattern;
pub use holder::{Decision, Holder, Outcome, Permission};
pub use least_privilege::{Change, Rewrite, least_privilege};
pub use library::{Library, changed_roles};
pub use needed::{Needed, needed};
pub use own_policy::own_policy;
pub use pass_role::RoleConsumer;
pub use permissions::{Cell, Permissions, Right, ServicePermissions};
pub use pipelines::{Width, fixes, pipelines};
pub use policy_set::{Layer, Named, PolicySet};
pub use principal::Principal;
pub use privilege_score::{PrivilegeScore, Term};
pub use published_path::PublishedPath;
pub use request::{Caller, Keyring, Request, Value};
pub use scope::{ArnIndex, Scope};
pub use usage::{UNUSED_AFTER_DAYS, Usage};
