//! What an answer says, read once: a JSON object, or nothing.

use serde_json::{Map, Value};

/// The members of a JSON object that a device answered; empty where it answered anything else.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Body(Option<Map<String, Value>>);

impl Body {
    /// Reads a text.
    pub fn read(text: &str) -> Self {
        Self(serde_json::from_str(text).ok())
    }

    /// Whether it is an object.
    pub fn is_object(&self) -> bool {
        self.0.is_some()
    }

    /// Whether it has a member of this name.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.0.as_ref().is_some_and(|object| object.contains_key(key))
    }

    /// A value as text, a string without its quotes; `a.b` is the member `b` of the object `a`. Objects and lists are none.
    pub(crate) fn text(&self, path: &str) -> Option<String> {
        let mut steps = path.split('.');
        let first = self.0.as_ref()?.get(steps.next()?)?;
        match steps.try_fold(first, |value, step| value.get(step))? {
            Value::String(text) => Some(text.clone()),
            value @ (Value::Number(_) | Value::Bool(_)) => Some(value.to_string()),
            _ => None,
        }
    }
}

impl From<Value> for Body {
    fn from(value: Value) -> Self {
        match value {
            Value::Object(object) => Self(Some(object)),
            _ => Self(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_by_its_path_and_only_as_a_plain_one() {
        let body = Body::read(r#"{"a": {"b": "c", "d": 1}, "e": true, "f": [1]}"#);
        let text = |path| body.text(path);
        assert_eq!([text("a.b"), text("a.d"), text("e")], ["c", "1", "true"].map(|it| Some(it.to_owned())));
        assert_eq!([text("a"), text("f"), text("a.x"), text("b"), text("")], [const { None }; 5]);
        assert!(body.has("f") && !body.has("a.b"));
    }

    #[test]
    fn what_is_no_object_says_nothing() {
        for text in ["", "[1]", "null", "1", "<html>", "{"] {
            assert_eq!(Body::read(text), Body::default(), "{text}");
        }
    }
}
