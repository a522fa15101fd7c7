//! What the catalogue says of a check beside its rule: what it keeps quiet about, and the way back by hand.
//!
//! A [`Plan`](crate::remedy::Plan) is made for one finding, with its names filled in; a guide is the same way for any
//! resource, for people who keep their account in a template and change it there.

use serde::Serialize;

/// The false alarms a check does not raise, and its fix in the three ways people write one.
///
/// Names to fill in are written `<IN_CAPITALS>`.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Guide {
    /// The calls whose answers decide it, as IAM actions such as `lambda:GetPolicy`.
    pub calls: &'static [&'static str],
    /// What AWS does in this regard, in one sentence: the other side of the shared responsibility.
    pub provider: &'static str,
    /// What looks like the defect and is not: each a phrase without a full stop.
    pub avoids: &'static [&'static str],
    /// The commands of the AWS CLI, one a line.
    pub cli: &'static str,
    /// The properties of the AWS `CloudFormation` resource, as YAML.
    pub cloudformation: &'static str,
    /// The arguments of the resource in Terraform's AWS provider.
    pub terraform: &'static str,
    /// How to take the fix back, or why it cannot be taken back.
    pub undo: &'static str,
}

impl Guide {
    /// Nothing to say: for checks of tests.
    pub const NONE: Self = Self { calls: &[], provider: "", avoids: &[], cli: "", cloudformation: "", terraform: "", undo: "" };

    /// The fix's ways with their names on screen and on the command line, those without text left out.
    pub fn ways(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        [("AWS CLI", self.cli), ("CloudFormation", self.cloudformation), ("Terraform", self.terraform), ("Undo", self.undo)]
            .into_iter()
            .filter(|(_, text)| !text.is_empty())
    }
}
