//! Palisade shows the security posture of a serverless AWS account in a terminal.
//!
//! # The house
//!
//! One package, a library and a binary, with two optional edges: feature `aws` reads live accounts, feature `tui`
//! draws the dashboard. Both are on by default, and the core compiles with neither.
//!
//! ```text
//!    main ──► command ──► cli, config, report, store        (always)
//!      ├──► live ──► collect                                 (feature aws)
//!      └──► app  ──► ui                                      (feature tui)
//!                     ▼
//!    world ──► score ──► checks ──► iam ──► model            (core: no I/O, no clock, no environment)
//!              remedy ────────────────────► model
//! ```
//!
//! A collector posts [`model::Part`]s; [`model::Posture::absorb`] puts them together; [`world::World`] runs the
//! [`checks`] on the posture and rates it with [`score`]; [`outcome`] indexes what each check comes to, and with
//! them each requirement of other people's frameworks. Screens and reports read the world, and nothing else.
//!
//! # What holds it together
//!
//! - **A failed read is never a pass.** A [`model::Fact`] is a value or a [`model::Gap`] with its cause, and a list that
//!   was not read to its end is a [`model::Listing`] with a gap. Checks go through [`checks::Context::each`], which
//!   turns gaps into unknown verdicts. A test runs every check on an account in which everything was denied.
//! - **Evidence or it did not happen.** A [`checks::Fault`] carries the fields and statements that decided it.
//! - **The core is told.** It reads no clock, disk or environment: the posture says when it was taken, so the same
//!   snapshot always gives the same bytes. Clippy's `disallowed_methods` and a build without features keep this.
//! - **Nothing writes to an account.** `collect` calls no operation that could; a test reads its source for them.
//! - **Text from an account is hostile** until [`model::text::clean`]ed, and a command for a shell is quoted by
//!   [`remedy::quote`] alone.
//!
//! # How an account is read
//!
//! Every collector names its operations: the IAM action each needs, the quota it draws on, from which depth on and how
//! often it is asked. The policy, the pacers and `collect --plan` are read off these. Lambda, IAM, KMS, Logs and STS are
//! asked through their SDK crates, all other services through one client over the same SDK runtime, with types of the
//! collectors' own: crates for them would cost a build some five hundred CPU-seconds, and generated types fill in what an
//! answer lacks. A test holds every request against the service models that AWS publishes with botocore.
//!
//! A reading has an errand: what is wanted, and what was known before. A function that Lambda's list shows unchanged is
//! not asked again until its details are too old; `--events` wants single functions.
//!
//! # Where to put things
//!
//! | to add | write | then |
//! |---|---|---|
//! | a check | `src/checks/LAYER/SLUG.rs` | a `mod` line and a list entry in the layer's `mod.rs` |
//! | a requirement | its key in the links of a check | what it asks for in `src/checks/requirements.toml` |
//! | a collector | `src/collect/SERVICE.rs` | a line in `src/model/source.rs` and in `Collector::ALL`; what it plants and answers under `tests/it` |
//! | an operation | a static in its collector's file | a place in that collector's list: policy, pace and plan follow from it |
//! | a threshold | a line in `src/checks/settings/thresholds.rs` | the check that asks it: the configuration and its sample follow |
//! | a kind of resource | `src/model/KIND.rs` | a line in `src/model/kinds.rs`: lists, parts and the snapshot's records are made from it |
//! | a way to group the findings | `src/lens/WAY.rs` | its name in [`lens::By`] |
//! | a screen | `src/ui/screens/SCREEN.rs` | the reply that opens it |
//! | a command | `src/command/NAME.rs` | its arguments in [`cli`] |
//! | a theme | `themes/NAME.toml` | its name in the list of `src/ui/themes.rs` |

#[deny(clippy::disallowed_methods, reason = "the core is told: it reads no clock, disk or environment")]
pub mod checks;
#[deny(clippy::disallowed_methods, reason = "the core is told: it reads no clock, disk or environment")]
pub mod demo;
#[deny(clippy::disallowed_methods, reason = "the core is told: it reads no clock, disk or environment")]
pub mod flow;
#[deny(clippy::disallowed_methods, reason = "the core is told: it reads no clock, disk or environment")]
pub mod iam;
#[deny(clippy::disallowed_methods, reason = "the core is told: it reads no clock, disk or environment")]
pub mod lens;
#[deny(clippy::disallowed_methods, reason = "the core is told: it reads no clock, disk or environment")]
pub mod model;
#[deny(clippy::disallowed_methods, reason = "the core is told: it reads no clock, disk or environment")]
pub mod outcome;
#[deny(clippy::disallowed_methods, reason = "the core is told: it reads no clock, disk or environment")]
pub mod paths;
#[deny(clippy::disallowed_methods, reason = "the core is told: it reads no clock, disk or environment")]
pub mod remedy;
#[deny(clippy::disallowed_methods, reason = "the core is told: it reads no clock, disk or environment")]
pub mod score;
#[deny(clippy::disallowed_methods, reason = "the core is told: it reads no clock, disk or environment")]
pub mod world;

#[cfg(feature = "tui")]
pub mod app;
pub mod cli;
#[cfg(feature = "aws")]
pub mod collect;
pub mod command;
pub mod config;
#[cfg(feature = "aws")]
pub mod live;
pub mod report;
pub mod store;
#[cfg(feature = "tui")]
pub mod ui;
pub mod waivers;
