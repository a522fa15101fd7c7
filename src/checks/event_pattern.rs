//! Event patterns of EventBridge, and which events get through them.

use serde_json::{Map, Value};

/// An event pattern.
#[derive(Debug)]
pub(super) struct EventPattern(Map<String, Value>);

impl EventPattern {
    /// Reads `text`; none when it is no pattern.
    pub(super) fn read(text: &str) -> Option<Self> {
        match serde_json::from_str(text) {
            Ok(Value::Object(fields)) => Some(Self(fields)),
            _ => None,
        }
    }

    /// Whether `event` gets through. A field that the event leaves open, for it is but a sample, may be as it is asked for; but one
    /// that is there must be, and a test of a kind that is not known here counts as met.
    pub(super) fn takes(&self, event: &Value) -> bool {
        fields(&self.0, event)
    }
}

fn fields(pattern: &Map<String, Value>, event: &Value) -> bool {
    pattern.iter().all(|(name, test)| match (name.as_str(), test) {
        ("$or", Value::Array(ways)) => ways.iter().any(|way| way.as_object().is_some_and(|way| fields(way, event))),
        (_, Value::Object(inner)) => match event.get(name) {
            // A pattern looks into each element of a list.
            Some(Value::Array(items)) => items.iter().any(|item| fields(inner, item)),
            Some(item) => fields(inner, item),
            None => true,
        },
        (_, Value::Array(tests)) => match event.get(name) {
            Some(Value::Array(items)) => items.iter().any(|item| tests.iter().any(|test| passes(test, item))),
            Some(item) => tests.iter().any(|test| passes(test, item)),
            None => true,
        },
        _ => false,
    })
}

fn passes(test: &Value, value: &Value) -> bool {
    let Value::Object(filter) = test else { return same(test, value) };
    let text = value.as_str();
    filter.iter().all(|(kind, operand)| match kind.as_str() {
        "prefix" | "suffix" => {
            let (operand, loose) = loosened(operand);
            let (Some(text), Some(part)) = (text, operand.as_str()) else { return false };
            let (text, part) = if loose { (text.to_lowercase(), part.to_lowercase()) } else { (text.to_owned(), part.to_owned()) };
            if kind == "prefix" { text.starts_with(&part) } else { text.ends_with(&part) }
        }
        "equals-ignore-case" => text.zip(operand.as_str()).is_some_and(|(text, other)| text.eq_ignore_ascii_case(other)),
        "wildcard" => text.zip(operand.as_str()).is_some_and(|(text, pattern)| super::glance::is(pattern, text)),
        "exists" => operand.as_bool() != Some(false) && !value.is_null(),
        "anything-but" => !refused(operand, value),
        "numeric" => value.as_f64().is_none_or(|number| holds(operand, number)),
        _ => true,
    })
}

/// The operand of `prefix` or `suffix`, and whether case does not matter.
fn loosened(operand: &Value) -> (&Value, bool) {
    match operand.get("equals-ignore-case") {
        Some(inner) => (inner, true),
        None => (operand, false),
    }
}

/// Whether `anything-but` names `value`.
fn refused(operand: &Value, value: &Value) -> bool {
    match operand {
        Value::Array(values) => values.iter().any(|other| same(other, value)),
        // `prefix`, `suffix`, `wildcard`, `equals-ignore-case`, of one text or of several.
        Value::Object(filter) => filter.iter().any(|(kind, operand)| {
            let one = |operand: &Value| passes(&Value::Object(Map::from_iter([(kind.clone(), operand.clone())])), value);
            operand.as_array().map_or_else(|| one(operand), |operands| operands.iter().any(one))
        }),
        other => same(other, value),
    }
}

fn same(one: &Value, other: &Value) -> bool {
    match (one.as_f64(), other.as_f64()) {
        (Some(one), Some(other)) => (one - other).abs() < f64::EPSILON,
        _ => one == other,
    }
}

/// Whether `number` meets conditions such as `[">=", 7, "<", 9]`.
fn holds(conditions: &Value, number: f64) -> bool {
    let Some(conditions) = conditions.as_array() else { return true };
    conditions.chunks(2).all(|condition| {
        let [operator, bound] = condition else { return true };
        let Some(bound) = bound.as_f64() else { return true };
        match operator.as_str() {
            Some(">") => number > bound,
            Some(">=") => number >= bound,
            Some("<") => number < bound,
            Some("<=") => number <= bound,
            _ => same(&Value::from(number), &Value::from(bound)),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        let event = serde_json::json!({
            "source": "aws.guardduty",
            "detail": { "severity": 8, "type": "Backdoor:Lambda/C&CActivity.B", "findings": [{ "Label": "LOW" }, { "Label": "HIGH" }] },
        });
        for (pattern, expected) in [
            ("{}", true),
            ("[]", false),
            ("no JSON", false),
            (r#"{"source":["aws.guardduty"]}"#, true),
            (r#"{"source":["aws.ec2","aws.s3"]}"#, false),
            (r#"{"source":[{"prefix":"aws."}]}"#, true),
            (r#"{"source":[{"prefix":{"equals-ignore-case":"AWS.G"}}]}"#, true),
            (r#"{"source":[{"suffix":"duty"}]}"#, true),
            (r#"{"source":[{"suffix":"hub"}]}"#, false),
            (r#"{"source":[{"equals-ignore-case":"AWS.GuardDuty"}]}"#, true),
            (r#"{"source":[{"wildcard":"aws.*duty"}]}"#, true),
            (r#"{"source":[{"wildcard":"aws.*hub"}]}"#, false),
            (r#"{"source":[{"anything-but":["aws.guardduty"]}]}"#, false),
            (r#"{"source":[{"anything-but":{"prefix":"aws.g"}}]}"#, false),
            (r#"{"source":[{"anything-but":{"prefix":["aws.e","aws.h"]}}]}"#, true),
            (r#"{"source":[{"exists":true}]}"#, true),
            (r#"{"source":[{"exists":false}]}"#, false),
            (r#"{"detail":{"severity":[{"numeric":[">=",7]}]}}"#, true),
            (r#"{"detail":{"severity":[{"numeric":[">=",4,"<",7]}]}}"#, false),
            (r#"{"detail":{"severity":[7,8,8.0]}}"#, true),
            (r#"{"detail":{"severity":[8.0]}}"#, true),
            (r#"{"detail":{"type":[{"prefix":"CryptoCurrency:EC2"}]}}"#, false),
            (r#"{"detail":{"findings":{"Label":["HIGH","CRITICAL"]}}}"#, true),
            (r#"{"detail":{"findings":{"Label":["CRITICAL"]}}}"#, false),
            (r#"{"detail":{"service":{"archived":[false]}}}"#, true),
            (r#"{"$or":[{"source":["aws.ec2"]},{"detail":{"severity":[8]}}]}"#, true),
            (r#"{"$or":[{"source":["aws.ec2"]},{"detail":{"severity":[1]}}]}"#, false),
            (r#"{"source":[{"of-a-later-day":1}]}"#, true),
            (r#"{"source":"aws.guardduty"}"#, false),
        ] {
            assert_eq!(EventPattern::read(pattern).is_some_and(|pattern| pattern.takes(&event)), expected, "{pattern}");
        }
    }
}
