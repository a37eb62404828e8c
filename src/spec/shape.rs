//! The vocabulary in which `keys` says what may stand where. One table serves the checker and the JSON Schema.

/// What a value may be.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    Text,
    Bool,
    Int {
        min: i64,
        max: i64,
    },
    /// A number from 0 to 1.
    Share,
    Duration {
        min_ms: u64,
    },
    Memory,
    Choice(&'static [&'static str]),
    /// `string`, `decimal(10,2)`, `list<string>`: read by the model.
    FieldType,
    /// Any single value.
    Scalar,
    /// Any value or tree: whoever knows its type reads it.
    Any,
    List(&'static Shape),
    OneOrMany(&'static Shape),
    /// Free keys, one kind of value.
    Map(&'static Shape),
    Object(&'static Object),
    /// A scalar stands for the named key of the object.
    Short(&'static str, &'static Object),
    /// Names, or a map from names to the columns meant: names, or names with types.
    Contract,
    /// A key of a table: names, the first of which may be a list.
    TableKey,
    /// The services section: its keys come from the blueprints.
    Services,
    /// Partial copies of the whole file.
    Profiles,
    /// Reserved: what it will do one day.
    NotYet(&'static str),
}

/// A map with known keys.
#[derive(Debug)]
pub struct Object {
    /// What the map describes: "a topic".
    pub title: &'static str,
    pub keys: &'static [Key],
    /// Of each group exactly one key must be there.
    pub exactly_one: &'static [&'static [&'static str]],
}

/// One key of an object.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    pub name: &'static str,
    pub shape: Shape,
    pub presence: Presence,
    pub doc: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    Required,
    Optional,
}

impl Key {
    #[must_use]
    pub const fn new(name: &'static str, shape: Shape, doc: &'static str) -> Self {
        Self { name, shape, presence: Presence::Optional, doc }
    }

    #[must_use]
    pub const fn required(self) -> Self {
        Self { presence: Presence::Required, ..self }
    }
}

impl Object {
    #[must_use]
    pub fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }
}
