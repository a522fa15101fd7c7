//! The bounds on which reasonable people differ.

use std::ops::RangeInclusive;

/// A bound that the user may move.
#[derive(Debug, Clone)]
pub struct Threshold {
    /// Its key in the configuration.
    pub name: &'static str,
    /// What holds unless the user says otherwise.
    pub default: u32,
    /// What it may be.
    pub range: RangeInclusive<u32>,
    /// What it does, in one sentence.
    pub about: &'static str,
}

macro_rules! thresholds {
    ($($name:ident = $default:literal in $range:expr, $about:literal;)*) => {
        /// The bounds of checks. The defaults are what the catalogue says.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct Thresholds {
            $(#[doc = $about] pub $name: u32,)*
        }

        impl Default for Thresholds {
            fn default() -> Self {
                Self { $($name: $default,)* }
            }
        }

        impl Thresholds {
            /// Every bound, in the order of the configuration.
            pub const ALL: &[Threshold] = &[
                $(Threshold { name: stringify!($name), default: $default, range: $range, about: $about },)*
            ];

            /// Moves the bound of this name; whether there is one.
            pub fn set(&mut self, name: &str, value: u32) -> bool {
                match name {
                    $(stringify!($name) => self.$name = value,)*
                    _ => return false,
                }
                true
            }
        }
    };
}

thresholds! {
    runtime_notice_days = 180 in 1..=3650, "Runtimes are reported this many days before support ends (FN-008).";
    runtime_block_days = 60 in 0..=3650, "An unsupported runtime is critical this many days before AWS refuses changes (FN-007).";
    runtime_undeployed_days = 90 in 1..=3650, "Functions that are patched when deployed are reported after this many days without (FN-009).";
    image_age_days = 180 in 1..=3650, "Images older than this many days are reported (FN-010).";
    exploit_percent = 10 in 1..=100, "From this chance of an exploit within thirty days on (EPSS) a weakness of any severity counts (FN-013).";
    short_timeout_seconds = 10 in 1..=900, "A timeout of up to this many seconds is never too long (FN-020).";
    timeout_times = 5 in 1..=1000, "Public functions may run this many times as long as their slowest requests (FN-020).";
    unused_function_days = 90 in 1..=90, "Functions that nobody invoked for this many days are reported (FN-025).";
    shared_role_functions = 3 in 2..=10000, "A role that this many functions share is reported (IA-006).";
    unused_permission_days = 90 in 1..=400, "Services that a role has not used for this many days are reported (IA-007).";
    stale_grant_days = 365 in 1..=3650, "Unbound grants on keys that are older than this many days are reported (DP-005).";
    rotation_grace_days = 1 in 0..=365, "A rotation may be late by this many days (DP-013).";
    log_silence_days = 7 in 1..=90, "The newest event of a log may be this many days older than the last invocation (MV-002).";
    evidence_days = 365 in 1..=3653, "Evidence is kept for this many days at least (IR-010).";
    rotation_failed_days = 2 in 0..=365, "From more than this many days past its date on a rotation has failed (IR-011).";
    queue_replay_days = 4 in 1..=14, "Queues and archives that keep events for fewer days are reported (IR-012).";
    stream_replay_hours = 24 in 24..=8759, "Streams that keep records for no more than this many hours are reported (IR-012).";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bound_is_set_by_its_name_and_its_default_is_in_its_range() {
        let mut thresholds = Thresholds::default();
        for Threshold { name, default, range, about } in Thresholds::ALL {
            assert!(range.contains(default), "{name}");
            assert!(about.ends_with(").") && about.contains('-'), "{name} names no check");
            let before = thresholds.clone();
            assert!(thresholds.set(name, default + 1));
            assert_ne!(thresholds, before, "{name}");
        }
        assert!(!thresholds.set("nonsense", 1));
    }
}
