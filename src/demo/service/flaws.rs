//! What is wrong with a service.

use crate::model::{Arn, Fact, Function, LogGroup, LoggingConfig};

use super::{Service, Signing};

impl Service {
    /// Anything else that is special about the function.
    pub(in crate::demo) fn but(mut self, change: impl FnOnce(&mut Function)) -> Self {
        change(&mut self.function);
        self
    }

    /// Anything that is special about its log group.
    pub(in crate::demo) fn log_group(mut self, change: impl FnOnce(&mut LogGroup)) -> Self {
        if let Some(group) = &mut self.log_group {
            change(group);
        }
        self
    }

    /// Its logs are kept so many days, or for ever.
    pub(in crate::demo) fn keeps_logs(self, days: Option<u32>) -> Self {
        self.log_group(|group| group.retention_days = days)
    }

    /// Its log group has no customer managed key.
    pub(in crate::demo) fn logs_without_key(self) -> Self {
        self.log_group(|group| group.kms_key = None)
    }

    /// It has nothing but `$LATEST`.
    pub(in crate::demo) fn unreleased(mut self) -> Self {
        self.function.versions = Fact::Known(Vec::new());
        self.function.aliases = Fact::Known(Vec::new());
        self
    }

    pub(in crate::demo) fn unsigned(mut self) -> Self {
        self.signing = Signing::Absent;
        self
    }

    pub(in crate::demo) fn signing_only_warned(mut self) -> Self {
        self.signing = Signing::Warned;
        self
    }

    pub(in crate::demo) fn untraced(mut self) -> Self {
        self.function.tracing_active = false;
        self
    }

    pub(in crate::demo) fn logs_text(mut self) -> Self {
        self.function.logging = Fact::Known(LoggingConfig { format: "Text".to_owned(), ..LoggingConfig::default() });
        self
    }

    pub(in crate::demo) fn logs_at(mut self, level: &str) -> Self {
        if let Some(logging) = self.function.logging.known_mut() {
            logging.application_level = Some(level.to_owned());
        }
        self
    }

    /// The key of its environment: none is AWS's own.
    pub(in crate::demo) fn environment_under(mut self, key: Option<Arn>) -> Self {
        self.environment_key = key;
        self
    }
}
