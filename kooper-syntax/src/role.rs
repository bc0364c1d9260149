//! The handlers of a controller: their names here and elsewhere, and what answers say of them.

use crate::word::{is_one_of, nearest};

/// What a handler is for.
#[derive(Debug, PartialEq)]
pub struct Role {
    /// Its name. The method of `Handler` that calls it is `on_` and this.
    pub name: &'static str,
    /// The name of its span.
    pub span: &'static str,
    /// What it is given beside the context.
    pub subject: &'static str,
    /// When it is called.
    pub runs: &'static str,
    /// What it is called elsewhere, parted by blanks.
    others: &'static str,
}

/// For objects that exist.
pub const ADD: Role = Role {
    name: "add",
    span: "handleAddObject",
    subject: "object",
    runs: "for new and changed objects",
    others: "create created update updated upsert apply applied reconcile reconciled handle handle_add sync on_add on_create on_update on_apply on_event resume process run added",
};

/// For objects that are gone.
pub const DELETE: Role = Role {
    name: "delete",
    span: "handleDeleteObject",
    subject: "key",
    runs: "when an object is gone",
    others: "deleted on_delete handle_delete remove removed on_remove gone",
};

/// For objects that are to go, and are kept until it has succeeded.
pub const FINALIZE: Role = Role {
    name: "finalize",
    span: "handleFinalizeObject",
    subject: "object",
    runs: "before an object goes",
    others: "cleanup clean_up finalise finalized finalizer on_finalize handle_finalize teardown tear_down",
};

/// All of them.
pub const ROLES: [&Role; 3] = [&ADD, &DELETE, &FINALIZE];

impl Role {
    /// The whole signature, for a controller of `resource`.
    pub fn signature(&self, resource: &str) -> String {
        let ty = if *self == DELETE { "ObjectKey" } else { resource };
        format!("`async fn {}(&self, ctx: Context, {}: {ty}) -> kooper::Result`", self.name, self.subject)
    }

    /// Whether a function of this name, with a last argument of this type, must be meant for this handler. A `delete` is told by
    /// its key as well.
    pub fn is_meant_by(&self, name: &str, last: &str) -> bool {
        // `onAdd` is `on_add` elsewhere.
        let snake = |(at, c): (usize, char)| {
            if c.is_uppercase() && at > 0 {
                format!("_{}", c.to_lowercase())
            } else {
                c.to_lowercase().to_string()
            }
        };
        let name: String = name.char_indices().map(snake).collect();
        let is_name = is_one_of(self.others, &name) || nearest(&name, [self.name]).is_some();
        is_name && (*self != DELETE || last.ends_with("ObjectKey"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handlers_are_known_by_the_names_that_they_have_elsewhere() {
        for (name, last, meant) in [
            ("reconcile", "Pod", Some("add")),
            ("onAdd", "Pod", Some("add")),
            ("ad", "Pod", Some("add")),
            ("on_delete", "ObjectKey", Some("delete")),
            ("on_delete", "String", None),
            ("teardown", "Pod", Some("finalize")),
            ("helper", "Pod", None),
        ] {
            let role = ROLES.into_iter().find(|role| role.is_meant_by(name, last));
            assert_eq!(role.map(|role| role.name), meant, "{name}");
        }
    }
}
