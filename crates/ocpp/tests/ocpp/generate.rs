//! Messages made from an official schema: right ones, and for each place in them every way to get it wrong.

use serde_json::{Map, Value, json};

/// SplitMix64: all that is random here comes from one number, so that a failure can be had again.
pub struct Random(pub u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// 0 to `most`.
    pub fn up_to(&mut self, most: usize) -> usize {
        usize::try_from(self.next() % (most as u64 + 1)).unwrap_or(0)
    }

    fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.up_to(of.len() - 1)]
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.up_to(99) < percent
    }
}

/// A place in a message, with the schema it obeys.
#[derive(Clone)]
pub struct Place<'s> {
    pub pointer: String,
    pub schema: &'s Value,
}

/// Makes a message that fits, and lists every place in it.
pub struct Maker<'s> {
    root: &'s Value,
    random: Random,
    pub places: Vec<Place<'s>>,
}

impl<'s> Maker<'s> {
    pub fn new(root: &'s Value, seed: u64) -> Self {
        Self { root, random: Random(seed), places: Vec::new() }
    }

    pub fn message(&mut self) -> Value {
        self.places.clear();
        self.make(self.root, String::new(), 0)
    }

    fn make(&mut self, schema: &'s Value, pointer: String, depth: usize) -> Value {
        let schema = self.resolved(schema);
        self.places.push(Place { pointer: pointer.clone(), schema });
        match schema["type"].as_str() {
            Some("object") => self.object(schema, &pointer, depth),
            Some("array") => self.array(schema, &pointer, depth),
            Some("string") => self.text(schema),
            Some("integer") => self.integer(schema),
            Some("number") => self.number(schema),
            Some("boolean") => json!(self.random.chance(50)),
            Some(other) => panic!("an unknown type: {other}"),
            None => anything(&mut self.random),
        }
    }

    fn resolved(&self, schema: &'s Value) -> &'s Value {
        match schema["$ref"].as_str() {
            Some(name) => self.root.pointer(name.trim_start_matches('#')).expect("it is defined"),
            None => schema,
        }
    }

    fn object(&mut self, schema: &'s Value, pointer: &str, depth: usize) -> Value {
        let required = |name: &str| schema["required"].as_array().is_some_and(|all| all.iter().any(|r| r == name));
        let mut object = Map::new();
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            if required(name) || self.random.chance(70 >> depth.min(5)) {
                object.insert(name.clone(), self.make(property, format!("{pointer}/{name}"), depth + 1));
            }
        }
        if schema["additionalProperties"] != false && self.random.chance(30) {
            object.insert("vendorX".into(), anything(&mut self.random));
        }
        Value::Object(object)
    }

    fn array(&mut self, schema: &'s Value, pointer: &str, depth: usize) -> Value {
        let least = size(schema, "minItems").unwrap_or(0);
        let most = size(schema, "maxItems").unwrap_or(usize::MAX).min(least + 2);
        let count = least + self.random.up_to(most - least);
        (0..count).map(|index| self.make(&schema["items"], format!("{pointer}/{index}"), depth + 1)).collect()
    }

    fn text(&mut self, schema: &Value) -> Value {
        if let Some(words) = schema["enum"].as_array() {
            return self.random.one(words).clone();
        }
        match schema["format"].as_str() {
            Some("date-time") => json!(time(&mut self.random)),
            Some("uri") => json!("https://example.com/a%20file?b=c#d"),
            Some(other) => panic!("an unknown format: {other}"),
            None => {
                let most = size(schema, "maxLength").unwrap_or(60);
                let length = if self.random.chance(10) { most } else { self.random.up_to(most.min(30)) };
                json!(letters(&mut self.random, length))
            }
        }
    }

    fn integer(&mut self, schema: &Value) -> Value {
        let (least, most) = (schema["minimum"].as_f64(), schema["maximum"].as_f64());
        let least = least.map_or(-1000, |l| l as i64);
        let most = most.map_or(i64::from(i32::MAX), |m| m as i64);
        let number = least + self.random.up_to(usize::try_from(most - least).unwrap_or(0)) as i64;
        let draft_06 = self.root["$schema"].as_str().is_some_and(|draft| draft.contains("draft-06"));
        if draft_06 && self.random.chance(10) { json!(number as f64) } else { json!(number) }
    }

    fn number(&mut self, schema: &Value) -> Value {
        let least = schema["minimum"].as_f64().unwrap_or(-100.0);
        let most = schema["maximum"].as_f64().unwrap_or(least + 100_000.0);
        let tenths = self.random.up_to(((most - least) * 10.0) as usize);
        let number = ((least * 10.0).round() + tenths as f64) / 10.0;
        let finer = schema.get("multipleOf").is_none() && number + 0.123 <= most && self.random.chance(50);
        json!(if finer { number + 0.123 } else { number })
    }
}

fn size(schema: &Value, keyword: &str) -> Option<usize> {
    schema[keyword].as_u64().and_then(|n| usize::try_from(n).ok())
}

fn letters(random: &mut Random, length: usize) -> String {
    const LETTERS: &[char] = &['a', 'Z', '0', ' ', '-', '/', '"', '\\', '<', 'é', '电', '🔌', '\n', '\u{0}'];
    (0..length).map(|_| *random.one(LETTERS)).collect()
}

fn time(random: &mut Random) -> String {
    let fraction = *random.one(&["", ".1", ".123", ".123456789"]);
    let zone = *random.one(&["Z", "+00:00", "-05:00", "+10:30", "+12:45"]);
    let (day, hour, second) = (1 + random.up_to(27), random.up_to(23), random.up_to(59));
    format!("2026-02-{day:02}T{hour:02}:00:{second:02}{fraction}{zone}")
}

fn anything(random: &mut Random) -> Value {
    random.one(&[json!(null), json!(1), json!("text"), json!([1, {"a": []}]), json!({"b": {"c": 2.5}})]).clone()
}

/// One way to get a place wrong.
pub struct Wrong {
    /// The message with the fault.
    pub message: Value,
    /// What the fault is called.
    pub rule: &'static str,
    /// Where it is found.
    pub pointer: String,
}

/// Every way to get one place of a right message wrong.
pub fn wrongs(right: &Value, place: &Place<'_>) -> Vec<Wrong> {
    let Place { pointer, schema } = place;
    let here = right.pointer(pointer).expect("a place of this message");
    let mut wrongs = Vec::new();
    let mut put = |rule, at: String, value: Value| {
        let mut message = right.clone();
        *message.pointer_mut(pointer).expect("a place of this message") = value;
        wrongs.push(Wrong { message, rule, pointer: at });
    };
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        let mut without = here.clone();
        without.as_object_mut().expect("it has fields").remove(name);
        put("missing_field", format!("{pointer}/{name}"), without);
    }
    if schema["type"] == "object" && schema["additionalProperties"] == false {
        let mut with = here.clone();
        with["notInOcpp"] = json!("x");
        put("extra_field", pointer.clone(), with);
    }
    for value in of_other_types(schema).iter().filter(|_| !pointer.is_empty()) {
        put("wrong_type", pointer.clone(), value.clone());
    }
    for (rule, value) in out_of_bounds(schema, here) {
        put(rule, pointer.clone(), value);
    }
    wrongs
}

fn of_other_types(schema: &Value) -> Vec<Value> {
    match schema["type"].as_str() {
        Some("object") => vec![json!([]), json!(null), json!("{}")],
        Some("array") => vec![json!({}), json!("x")],
        Some("string") => vec![json!(7), json!(null), json!(["x"]), json!(true)],
        Some("integer") => vec![json!("7"), json!(7.5), json!(null)],
        Some("number") => vec![json!("7.5"), json!(false)],
        Some("boolean") => vec![json!("true"), json!(1)],
        _ => Vec::new(),
    }
}

fn out_of_bounds(schema: &Value, here: &Value) -> Vec<(&'static str, Value)> {
    let mut wrongs = Vec::new();
    if schema["enum"].is_array() {
        wrongs.extend(["NotInOcpp", ""].map(|word| ("unknown_value", json!(word))));
    }
    match schema["format"].as_str() {
        Some("date-time") => {
            let times =
                ["", "now", "2026-11-22 10:00:00Z", "2026-11-22T10:00:00", "2026-02-30T10:00:00Z", "1700000000"];
            wrongs.extend(times.map(|time| ("bad_time", json!(time))));
        }
        Some("uri") => wrongs.push(("bad_address", json!("not an address"))),
        _ => {}
    }
    if let Some(most) = size(schema, "maxLength") {
        wrongs.extend(["x", "é"].map(|letter| ("too_long", json!(letter.repeat(most + 1)))));
    }
    if size(schema, "minItems").is_some_and(|least| least > 0) {
        wrongs.push(("out_of_range", json!([])));
    }
    if let (Some(most), Some(one)) = (size(schema, "maxItems"), here.get(0)) {
        wrongs.push(("out_of_range", json!(vec![one; most + 1])));
    }
    let bounds = [schema["minimum"].as_f64().map(|l| l - 1.0), schema["maximum"].as_f64().map(|m| m + 1.0)];
    wrongs.extend(bounds.into_iter().flatten().map(|number| ("out_of_range", whole(number))));
    if schema.get("multipleOf").is_some() {
        wrongs.push(("bad_step", json!(6.25)));
    }
    wrongs
}

/// As a whole number where it is one: `-1.0` is no integer for draft 04.
fn whole(number: f64) -> Value {
    if number.fract() == 0.0 { json!(number as i64) } else { json!(number) }
}
