//! The settings that a commissioning often needs, as this charger has them.

use chargehand_catalogue::{CommonSetting, common_settings};

use super::plain;
use crate::record::Record;
use crate::report::ConfigurationKey;

/// A common setting, as a charger has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offered<'a> {
    /// The setting.
    pub setting: &'static CommonSetting,
    /// The key or variable of the charger; `None` where it has none.
    pub key: Option<&'a ConfigurationKey>,
}

/// All of them, in the catalogue's order; those that this version of OCPP does not have are left out.
pub fn offered(record: &Record) -> Vec<Offered<'_>> {
    let is_v2 = record.version().is_v2();
    let exists = |it: &&CommonSetting| if is_v2 { it.variable.is_some() } else { !it.keys.is_empty() };
    let all = common_settings().iter().filter(exists);
    all.map(|setting| Offered { setting, key: find(record, setting, is_v2) }).collect()
}

fn find<'a>(record: &'a Record, setting: &CommonSetting, is_v2: bool) -> Option<&'a ConfigurationKey> {
    let all = || record.configuration.iter().flat_map(|it| &it.keys);
    if is_v2 {
        let name = setting.variable.as_deref()?;
        return all().find(|it| plain(&it.key).eq_ignore_ascii_case(name));
    }
    setting.keys.iter().find_map(|name| all().find(|it| it.key.eq_ignore_ascii_case(name)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::ConfigurationSnapshot;

    #[test]
    fn a_setting_is_offered_under_the_name_that_the_charger_gives_it() {
        let key = |key: &str| ConfigurationKey { key: key.into(), value: Some("1".into()), ..Default::default() };
        let configuration = Some(ConfigurationSnapshot {
            keys: vec![key("heartbeatInterval"), key("freecharging")],
            ..Default::default()
        });
        let record = Record { configuration, ..Record::new("CP1") };
        let name = |id: &str| {
            let all = offered(&record);
            all.iter().find(|it| it.setting.id == id).and_then(|it| it.key).map(|it| it.key.clone())
        };
        assert_eq!(name("heartbeat").as_deref(), Some("heartbeatInterval"));
        assert_eq!(name("free-charging").as_deref(), Some("freecharging"));
        assert_eq!(name("ping"), None);
        assert!(offered(&record).iter().all(|it| it.setting.id != "time-zone"), "only OCPP 2 has it");
    }
}
