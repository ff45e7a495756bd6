//! What the window asks of the catalogue: who may command a charger, and how one is pointed at us.

use chargehand_catalogue::{Server, charger};

use crate::app::other;
use crate::ipc::{CeilingPartsView, FoundView, JurisdictionView, KnownView, RecipeView, RulesView, UiError};
use crate::view;

/// The chargers that fit these words, with slips forgiven, the best first.
#[tauri::command]
#[specta::specta]
pub async fn search(words: String) -> Result<FoundView, UiError> {
    Ok(view::found(&words))
}

/// All that is known of a charger; `None` where there is none of that id.
#[tauri::command]
#[specta::specta]
pub async fn known(id: String) -> Result<Option<KnownView>, UiError> {
    Ok(charger(&id).map(view::known))
}

/// How a model is pointed at this URL of ours, so that it comes with that identity; `None` where there is no such model.
#[tauri::command]
#[specta::specta]
pub async fn recipe(model: String, url: String, identity: String) -> Result<Option<RecipeView>, UiError> {
    let server = server(&url, &identity).ok_or_else(|| {
        other(format!("{url} is no address of ours."), "Choose one of the addresses of this computer.")
    })?;
    Ok(charger(&model).map(|it| view::recipe(it, &server)))
}

/// Whose rules can hold at a site.
#[tauri::command]
#[specta::specta]
pub async fn jurisdictions() -> Result<Vec<JurisdictionView>, UiError> {
    Ok(view::jurisdictions())
}

/// What is asked at this place of a charger with these inputs; `None` where no place of that id is known.
#[tauri::command]
#[specta::specta]
pub async fn rules(jurisdiction: String, parts: CeilingPartsView) -> Result<Option<RulesView>, UiError> {
    Ok(view::rules(&jurisdiction, &view::entered(&parts)))
}

/// `ws://192.168.1.23:9616/` taken apart.
fn server<'a>(url: &'a str, id: &'a str) -> Option<Server<'a>> {
    let (scheme, rest) = url.split_once("://")?;
    let (host, port) = rest.trim_end_matches('/').rsplit_once(':')?;
    Some(Server { host, port: port.parse().ok()?, id, tls: scheme == "wss" })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use chargehand_catalogue::chargers;

    use super::*;

    #[test]
    fn our_address_is_taken_apart_as_chargers_want_it() {
        let taken = server("wss://192.168.1.23:9617/", "CP-1").unwrap();
        assert_eq!((taken.host, taken.port, taken.id, taken.tls), ("192.168.1.23", 9617, "CP-1", true));
        for wrong in ["", "192.168.1.23", "ws://192.168.1.23/", "ws://a:b/"] {
            assert!(server(wrong, "CP-1").is_none(), "{wrong}");
        }
    }

    #[tokio::test]
    async fn every_charger_of_the_catalogue_has_an_answer_and_a_recipe() {
        for it in chargers() {
            let known = known(it.id.to_owned()).await.unwrap().expect("it is known");
            assert_eq!(known.uses.len(), 4, "{}", it.id);
            assert!(!known.question.is_empty() && !known.facts.is_empty(), "{}", it.id);
            let recipe = recipe(it.id.to_owned(), "ws://192.168.1.23:9616/".to_owned(), "CP-1".to_owned()).await;
            let recipe = recipe.unwrap().expect("it has a recipe");
            assert!(!recipe.fields.is_empty(), "{}", it.id);
        }
    }

    #[tokio::test]
    async fn a_misspelt_charger_is_found_and_an_unheard_of_one_is_not() {
        let found = search("watpilot".to_owned()).await.unwrap();
        assert_eq!(found.chargers.first().map(|it| it.vendor.as_str()), Some("Fronius"));
        assert!(search("Frobnicator 9000".to_owned()).await.unwrap().chargers.is_empty());
        assert!(search(String::new()).await.unwrap().chargers.is_empty());
    }
}
