//! Conditions in words.

use std::fmt;

use super::condition::{Condition, Order, Over, Test};
use crate::model::text;

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
        for (index, value) in self.values.iter().enumerate() {
            let before = match index {
                0 => "",
                _ if self.is_negated() => " nor ",
                _ => " or ",
            };
            write!(f, "{before}{}", text::clean(value))?;
        }
        if self.if_exists {
            f.write_str(", if there is any")?;
        }
        Ok(())
    }
}
