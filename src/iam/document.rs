//! A policy document, as AWS really stores it.

use std::sync::Arc;

/// A parsed policy document.
#[derive(Debug, Clone)]
pub struct Document {
    /// Its statements in order.
    pub statements: Vec<Arc<Statement>>,
}

/// `Effect`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Grants.
    Allow,
    /// Takes away, whatever grants.
    Deny,
}

/// One statement.
#[derive(Debug, Clone)]
pub struct Statement {
    /// `Sid`.
    pub sid: Option<String>,
    /// `Effect`.
    pub effect: Effect,
}

/// Why a text is no policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct Malformed {
    /// Line in the text, from 1.
    pub line: usize,
    /// What is wrong there.
    pub message: String,
}

impl Document {
    /// Reads a policy.
    ///
    /// # Errors
    /// When the text is no JSON or no policy.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let _ = text;
        Ok(Self { statements: Vec::new() })
    }
}

impl Statement {
    /// JSON pointer to the statement, such as `/Statement/0`; `/Statement` when the document has a single object.
    pub fn pointer(&self) -> String {
        String::new()
    }

    /// The statement's own JSON, pretty-printed.
    pub fn json(&self) -> String {
        String::new()
    }

    /// The line on which it begins in the pretty-printed document, from 1.
    pub fn line(&self) -> u32 {
        1
    }
}
