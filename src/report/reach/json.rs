//! Answers for programs. Their keys are a contract: they may be added to, never changed.

use std::io::{self, Write};

use serde::Serialize;

use super::{Answer, Told};
use crate::{
    model::Arn,
    paths::{Path, Radius, Reacher},
};

const SCHEMA: u32 = 1;

#[derive(Serialize)]
struct Body<'a> {
    schema: u32,
    /// Only where there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<&'a str>,
    #[serde(flatten)]
    said: Said<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Said<'a> {
    Paths { paths: &'a [Path] },
    Reach(&'a Radius),
    Who { resource: &'a Arn, principals: &'a [Reacher] },
}

fn body<'a>(told: &'a Told<'_>, several: bool) -> Body<'a> {
    let said = match &told.answer {
        Answer::Paths(paths) => Said::Paths { paths },
        Answer::Reach(radius) => Said::Reach(radius),
        Answer::Who { resource, principals } => Said::Who { resource, principals },
    };
    Body { schema: SCHEMA, account: several.then_some(told.posture.account.as_str()), said }
}

pub(super) fn write(told: &[Told<'_>], out: &mut dyn Write) -> io::Result<()> {
    let bodies: Vec<Body<'_>> = told.iter().map(|one| body(one, told.len() > 1)).collect();
    match bodies.as_slice() {
        [body] => serde_json::to_writer_pretty(&mut *out, body)?,
        bodies => serde_json::to_writer_pretty(&mut *out, bodies)?,
    }
    out.write_all(b"\n")
}
