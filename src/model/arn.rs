//! Amazon Resource Names.

use std::{borrow::Borrow, fmt, sync::Arc};

use serde::{Deserialize, Serialize};

/// An ARN, cheap to clone: `arn:partition:service:region:account:resource`.
///
/// Whatever the account or a snapshot says is kept as it is; the parts of a text
/// that is no ARN are empty.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Arn(Arc<str>);

impl Arn {
    /// Wraps `text` as it is.
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        Self(text.into())
    }

    /// Builds an ARN from its parts; Region and account may be empty.
    pub fn build(partition: &str, service: &str, region: &str, account: &str, resource: &str) -> Self {
        Self::new(format!("arn:{partition}:{service}:{region}:{account}:{resource}"))
    }

    /// The whole text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn part(&self, index: usize) -> &str {
        let mut parts = self.0.splitn(6, ':');
        match parts.next() {
            Some("arn") => parts.nth(index - 1).unwrap_or_default(),
            _ => "",
        }
    }

    /// `aws`, `aws-cn` or `aws-us-gov`.
    pub fn partition(&self) -> &str {
        self.part(1)
    }

    /// The service's namespace, such as `lambda`.
    pub fn service(&self) -> &str {
        self.part(2)
    }

    /// The Region; empty for global services and S3 buckets.
    pub fn region(&self) -> &str {
        self.part(3)
    }

    /// The 12-digit account id; empty for S3 buckets, `aws` for AWS's own policies.
    pub fn account(&self) -> &str {
        self.part(4)
    }

    /// Everything after the account: `function:orders`, `role/service-role/x`.
    pub fn resource(&self) -> &str {
        self.part(5)
    }

    /// The same function without its version or alias; other things are left as they are.
    pub fn unqualified(&self) -> Self {
        match self.resource().strip_prefix("function:").and_then(|name| name.split_once(':')) {
            Some((_, qualifier)) if self.service() == "lambda" => Self::new(&self.0[..self.0.len() - qualifier.len() - 1]),
            _ => self.clone(),
        }
    }

    /// The last segment of the resource, as people call it: `orders`, `x`; the whole text when that is empty.
    pub fn name(&self) -> &str {
        let resource = self.resource();
        let name = match self.service() {
            // A log group's name has slashes of its own, a function's may carry a qualifier.
            "logs" | "lambda" => resource.split_once(':').map_or(resource, |(_, rest)| rest).trim_end_matches(":*"),
            _ => resource.rsplit(['/', ':']).next().unwrap_or(resource),
        };
        if name.is_empty() { self.as_str() } else { name }
    }
}

impl fmt::Display for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Borrow<str> for Arn {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Arn {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Arn {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Arn {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_real_arns() {
        let function = Arn::new("arn:aws:lambda:eu-west-1:123456789012:function:orders:live");
        assert_eq!(function.partition(), "aws");
        assert_eq!(function.service(), "lambda");
        assert_eq!(function.region(), "eu-west-1");
        assert_eq!(function.account(), "123456789012");
        assert_eq!(function.resource(), "function:orders:live");
        assert_eq!(function.name(), "orders:live");
        assert_eq!(function.unqualified().as_str(), "arn:aws:lambda:eu-west-1:123456789012:function:orders");
        assert_eq!(function.unqualified().unqualified(), function.unqualified());
        assert_eq!(Arn::new("arn:aws:lambda:r:1:layer:x:1").unqualified().as_str(), "arn:aws:lambda:r:1:layer:x:1");
        assert_eq!(Arn::new("arn:aws:iam::1:role/service-role/x").name(), "x");
        assert_eq!(Arn::new("arn:aws:logs:r:1:log-group:/aws/lambda/x:*").name(), "/aws/lambda/x");
    }

    #[test]
    fn a_text_that_is_no_arn_has_empty_parts() {
        for text in ["", "arn", "arn:", "x:y:z", "arn:aws"] {
            let arn = Arn::new(text);
            assert_eq!(arn.resource(), "");
            assert_eq!(arn.name(), text);
        }
    }
}
