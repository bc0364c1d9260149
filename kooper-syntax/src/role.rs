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
    /// The type of its subject, for a controller of `resource`.
    pub fn ty<'a>(&self, resource: &'a str) -> &'a str {
        if *self == DELETE { "ObjectKey" } else { resource }
    }

    /// What to say where it is missing, though it is needed.
    pub fn missing(&self, resource: &str, calls_macro: bool) -> String {
        let who = if *self == FINALIZE {
            "`finalizer` needs a handler in this `impl`"
        } else {
            "this `impl` has no `add` handler"
        };
        let fault = format!("{who}\n= help: write {}", self.signature(resource));
        if *self == FINALIZE {
            return format!("{fault}, or move it here\n= help: what `delete` cleans up goes in there");
        }
        if !calls_macro {
            return fault;
        }
        format!(
            "{fault}\n= help: a macro call inside the `impl` is expanded after `#[controller]`, so handlers it makes are not seen"
        )
    }

    /// What to say of functions, one at least, of which each must be meant for it.
    pub fn renamed(&self, functions: &[String]) -> String {
        let (Self { name, runs, .. }, first) = (self, &functions[0]);
        let fault = format!("`{first}` is not a handler name; rename it to `{name}`, which runs {runs}");
        match functions.get(1) {
            Some(second) => format!("{fault}\n= help: what `{second}` does goes in there as well"),
            None => fault,
        }
    }

    /// The whole signature, for a controller of `resource`.
    pub fn signature(&self, resource: &str) -> String {
        let (name, subject, ty) = (self.name, self.subject, self.ty(resource));
        format!("`async fn {name}(&self, ctx: Context, {subject}: {ty}) -> kooper::Result`")
    }

    /// How an answer goes on about a handler that does not take its subject, `and` what stands before that.
    pub fn takes(&self, and: &str, resource: &str) -> String {
        format!("takes {and}the {}\n= help: write {}", self.subject, self.signature(resource))
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
        let is_name = is_one_of(self.others, &name) || nearest(&name, &[self.name]).is_some();
        is_name && (*self != DELETE || last.ends_with("ObjectKey"))
    }
}

/// What to say of `#[handler]` on a function of this name, which is none, be it `meant` for one or not.
pub fn no_handler(name: &str, meant: Option<&Role>) -> String {
    let fault = format!("`#[handler]` goes on `add`, `delete` or `finalize`; `{name}` is none of them");
    let Some(Role { name, runs, .. }) = meant else {
        return format!("{fault}\n= help: remove this");
    };
    if *name == FINALIZE.name {
        return format!(
            "{fault}\n= help: rename it to `finalize`, and write `#[controller(.., finalizer = \"example.com/cleanup\")]`"
        );
    }
    format!("{fault}\n= help: `{name}` runs {runs}: do it there, and remove this")
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

    #[test]
    fn settings_of_what_is_no_handler_lead_to_the_one_that_is_meant() {
        assert!(
            no_handler("update", Some(&ADD))
                .ends_with("`add` runs for new and changed objects: do it there, and remove this")
        );
        assert!(no_handler("cleanup", Some(&FINALIZE)).contains("rename it to `finalize`"));
        assert!(no_handler("helper", None).ends_with("`helper` is none of them\n= help: remove this"));
    }
}
