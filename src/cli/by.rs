//! What the findings of `scan` are grouped by.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use crate::lens::By;

/// Takes the name of a way in.
pub(super) fn by() -> impl TypedValueParser<Value = By> {
    let help = |by: By| match by {
        By::Trigger => "what can start functions, and who can put something in there",
        By::Interface => "what somebody can call, who that is, and what guards it",
        By::Data => "what holds data, and who writes and reads it",
    };
    let names = By::ALL.map(|by| PossibleValue::new(by.word()).help(help(by)));
    PossibleValuesParser::new(names).try_map(|name| By::ALL.into_iter().find(|by| by.word() == name).ok_or("no such way in"))
}
