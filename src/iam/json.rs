//! JSON that remembers on which line each value began, and the order in which an object was written.

use serde::{Serialize, Serializer, ser::SerializeMap};

use super::Malformed;

/// Deeper than any policy, and shallow enough for any stack.
const DEEPEST: usize = 64;

/// A value and the line on which it began.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    pub(super) line: usize,
    pub(super) value: Value,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Number(serde_json::Number),
    Text(String),
    Array(Vec<Node>),
    Object(Vec<(String, Node)>),
}

impl Node {
    /// Reads a text that is one JSON value; a key that an object has twice is an error, as it is to AWS.
    pub(super) fn parse(text: &str) -> Result<Self, Malformed> {
        let mut reader = Reader { text, at: 0, line: 1 };
        let node = reader.value(0)?;
        reader.skip_space();
        match reader.peek() {
            None => Ok(node),
            Some(_) => Err(reader.error("something follows the end of the JSON value")),
        }
    }

    /// What it is, for a message.
    pub(super) const fn kind(&self) -> &'static str {
        match &self.value {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::Text(_) => "a string",
            Value::Array(_) => "a list",
            Value::Object(_) => "an object",
        }
    }

    /// How many lines it takes when pretty-printed.
    pub(super) fn height(&self) -> usize {
        match &self.value {
            Value::Array(items) if !items.is_empty() => 2 + items.iter().map(Self::height).sum::<usize>(),
            Value::Object(members) if !members.is_empty() => 2 + members.iter().map(|(_, node)| node.height()).sum::<usize>(),
            _ => 1,
        }
    }

    /// Pretty-printed with two spaces, in the order in which it was written.
    pub(super) fn pretty(&self) -> String {
        // Writing to memory fails only for maps whose keys are no strings.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    pub(super) fn error(&self, message: impl Into<String>) -> Malformed {
        Malformed { line: self.line, message: message.into() }
    }
}

impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.value {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(value) => serializer.serialize_bool(*value),
            Value::Number(value) => value.serialize(serializer),
            Value::Text(value) => serializer.serialize_str(value),
            Value::Array(items) => serializer.collect_seq(items),
            Value::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (key, node) in members {
                    map.serialize_entry(key, node)?;
                }
                map.end()
            }
        }
    }
}

/// An object with fewer members is small.
const FEW: usize = 12;

struct Reader<'a> {
    text: &'a str,
    at: usize,
    line: usize,
}

impl Reader<'_> {
    fn error(&self, message: impl Into<String>) -> Malformed {
        Malformed { line: self.line, message: message.into() }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while let Some(byte @ (b' ' | b'\t' | b'\r' | b'\n')) = self.peek() {
            self.line += usize::from(byte == b'\n');
            self.at += 1;
        }
    }

    /// Takes `byte` if it comes next.
    fn take(&mut self, byte: u8) -> bool {
        let next = self.peek() == Some(byte);
        self.at += usize::from(next);
        next
    }

    fn value(&mut self, depth: usize) -> Result<Node, Malformed> {
        if depth > DEEPEST {
            return Err(self.error("nested too deep to be a policy"));
        }
        self.skip_space();
        let line = self.line;
        let value = match self.peek() {
            None => return Err(self.error("the text ends where a value should be")),
            Some(b'{') => Value::Object(self.object(depth)?),
            Some(b'[') => Value::Array(self.array(depth)?),
            Some(b'"') => Value::Text(self.string()?),
            Some(_) => self.word()?,
        };
        Ok(Node { line, value })
    }

    fn array(&mut self, depth: usize) -> Result<Vec<Node>, Malformed> {
        self.at += 1;
        let mut items = Vec::new();
        self.skip_space();
        if self.take(b']') {
            return Ok(items);
        }
        loop {
            items.push(self.value(depth + 1)?);
            self.skip_space();
            if self.take(b']') {
                return Ok(items);
            }
            if !self.take(b',') {
                return Err(self.error("a list needs a comma or its end here"));
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Vec<(String, Node)>, Malformed> {
        self.at += 1;
        let mut members: Vec<(String, Node)> = Vec::new();
        let mut keys = std::collections::HashSet::new();
        let mut is_twice = |key: &str, members: &[(String, Node)]| {
            // Looking through a few is faster than remembering them.
            if members.len() < FEW {
                return members.iter().any(|(known, _)| known == key);
            }
            if keys.is_empty() {
                keys.extend(members.iter().map(|(known, _)| known.clone()));
            }
            !keys.insert(key.to_owned())
        };
        self.skip_space();
        if self.take(b'}') {
            return Ok(members);
        }
        loop {
            self.skip_space();
            if self.peek() != Some(b'"') {
                return Err(self.error("an object needs a key here"));
            }
            let key = self.string()?;
            self.skip_space();
            if !self.take(b':') {
                return Err(self.error("a key needs a colon"));
            }
            if is_twice(&key, &members) {
                return Err(self.error(format!("the key {key:?} stands here twice")));
            }
            let node = self.value(depth + 1)?;
            members.push((key, node));
            self.skip_space();
            if self.take(b'}') {
                return Ok(members);
            }
            if !self.take(b',') {
                return Err(self.error("an object needs a comma or its end here"));
            }
        }
    }

    /// Finds the end of a string; what its escapes mean is left to `serde_json`.
    fn string(&mut self) -> Result<String, Malformed> {
        let rest = &self.text[self.at..];
        let bytes = rest.as_bytes();
        let mut end = 1;
        let mut is_plain = true;
        loop {
            match bytes.get(end) {
                None => return Err(self.error("a string has no end")),
                Some(b'"') => break,
                Some(b'\\') => {
                    is_plain = false;
                    end += 2;
                }
                Some(byte) => {
                    is_plain &= *byte >= b' ';
                    end += 1;
                }
            }
        }
        if let (true, Some(text)) = (is_plain, rest.get(1..end)) {
            self.at += end + 1;
            return Ok(text.to_owned());
        }
        let raw = rest.get(..=end).ok_or_else(|| self.error("a string has no end"))?;
        let text = serde_json::from_str(raw).map_err(|_| self.error("a string with characters or escapes that JSON does not know"))?;
        self.at += end + 1;
        Ok(text)
    }

    fn word(&mut self) -> Result<Value, Malformed> {
        let rest = &self.text[self.at..];
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))).unwrap_or(rest.len());
        let word = &rest[..end];
        let value = match word {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "null" => Value::Null,
            number => Value::Number(serde_json::from_str(number).map_err(|_| self.error("this is no JSON"))?),
        };
        self.at += end;
        Ok(value)
    }
}
