//! Conditions in words.

use std::fmt;

use super::condition::{Condition, Order, Over, Test};
use crate::model::text;

/// More values than this are counted, not told.
const MOST_VALUES: usize = 24;

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = text::clean(&self.key);
        if self.test == Test::Null {
            let absent = self.values.iter().any(|value| value.eq_ignore_ascii_case("true"));
            return write!(f, "{key} is {}", if absent { "absent" } else { "present" });
        }
        match self.over {
            Over::Single => {}
            Over::All => f.write_str("every ")?,
            Over::Any => f.write_str("some ")?,
        }
        let is = if self.is_negated() { "is not" } else { "is" };
        let verb = match self.test {
            Test::Text { like: true, .. } | Test::Arn { .. } => " like",
            Test::Ip { .. } => " in",
            Test::Number { order, .. } => match order {
                Order::Equal => "",
                Order::Less => " less than",
                Order::LessOrEqual => " at most",
                Order::Greater => " more than",
                Order::GreaterOrEqual => " at least",
            },
            Test::Date { order, .. } => match order {
                Order::Equal => "",
                Order::Less => " before",
                Order::LessOrEqual => " at or before",
                Order::Greater => " after",
                Order::GreaterOrEqual => " at or after",
            },
            _ => "",
        };
        write!(f, "{key} {is}{verb} ")?;
        if self.values.is_empty() {
            f.write_str("anything")?;
        }
        for (index, value) in self.values.iter().take(MOST_VALUES).enumerate() {
            let before = match index {
                0 => "",
                _ if self.is_negated() => " nor ",
                _ => " or ",
            };
            write!(f, "{before}{}", text::clean(value))?;
        }
        if self.values.len() > MOST_VALUES {
            write!(f, "{}{} more", if self.is_negated() { " nor " } else { " or " }, self.values.len() - MOST_VALUES)?;
        }
        if self.if_exists {
            f.write_str(", if there is any")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::iam::Document;

    #[test]
    fn every_operator_reads_as_a_sentence() {
        let cases = [
            (r#"{"StringEquals":{"aws:SourceVpce":["vpce-1","vpce-2"]}}"#, "aws:SourceVpce is vpce-1 or vpce-2"),
            (r#"{"StringNotLike":{"aws:PrincipalArn":["a*","b*"]}}"#, "aws:PrincipalArn is not like a* nor b*"),
            (r#"{"NumericLessThanEquals":{"aws:MultiFactorAuthAge":3600}}"#, "aws:MultiFactorAuthAge is at most 3600"),
            (r#"{"DateGreaterThan":{"aws:CurrentTime":"2026-01-01"}}"#, "aws:CurrentTime is after 2026-01-01"),
            (r#"{"NotIpAddress":{"aws:SourceIp":"10.0.0.0/8"}}"#, "aws:SourceIp is not in 10.0.0.0/8"),
            (r#"{"ForAnyValue:StringEquals":{"aws:TagKeys":"a"}}"#, "some aws:TagKeys is a"),
            (r#"{"ForAllValues:StringEquals":{"aws:TagKeys":[]}}"#, "every aws:TagKeys is anything"),
            (r#"{"BoolIfExists":{"aws:SecureTransport":true}}"#, "aws:SecureTransport is true, if there is any"),
            (r#"{"Null":{"aws:SourceVpc":"true"}}"#, "aws:SourceVpc is absent"),
            (r#"{"Null":{"aws:SourceVpc":false}}"#, "aws:SourceVpc is present"),
            (r#"{"StringEquals":{"aws:\u001b[2J":"\u202ex"}}"#, "aws:\u{FFFD}[2J is \u{FFFD}x"),
        ];
        for (condition, words) in cases {
            let text = format!(r#"{{"Statement":{{"Effect":"Allow","Action":"*","Condition":{condition}}}}}"#);
            let document = Document::parse(&text).expect("a policy");
            assert_eq!(document.statements[0].conditions()[0].to_string(), words);
        }
    }
}
