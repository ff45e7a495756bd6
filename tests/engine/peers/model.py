"""The device model of the Python charging station: a few components, and what can be asked of them."""

from charging import TOP_LEVEL, now, text

# (component, variable): (value, mutability, data type). Components with a dot in them are on the EVSE.
VARIABLES = {
    ("ChargingStation", "AvailabilityState"): ("Available", "ReadOnly", "OptionList"),
    ("ClockCtrlr", "DateTime"): (lambda: text(now()), "ReadOnly", "dateTime"),
    ("DeviceDataCtrlr", "ItemsPerMessage"): ("4", "ReadOnly", "integer"),
    ("OCPPCommCtrlr", "HeartbeatInterval"): ("60", "ReadWrite", "integer"),
    ("OCPPCommCtrlr", "NetworkConfigurationPriority"): ("1", "ReadWrite", "SequenceList"),
    ("SampledDataCtrlr", "TxUpdatedInterval"): ("1", "ReadWrite", "integer"),
    ("SampledDataCtrlr", "TxUpdatedMeasurands"): (
        "Energy.Active.Import.Register,Current.Import",
        "ReadWrite",
        "MemberList",
    ),
    ("SecurityCtrlr", "BasicAuthPassword"): (None, "WriteOnly", "string"),
    ("SecurityCtrlr", "OrganizationName"): ("", "ReadWrite", "string"),
    ("SecurityCtrlr", "SecurityProfile"): ("0", "ReadOnly", "integer"),
    ("SmartChargingCtrlr", "Enabled"): ("true", "ReadOnly", "boolean"),
    ("SmartChargingCtrlr", "PeriodsPerSchedule"): ("6", "ReadOnly", "integer"),
    ("SmartChargingCtrlr", "ProfileStackLevel"): (str(TOP_LEVEL), "ReadOnly", "integer"),
    ("SmartChargingCtrlr", "RateUnit"): ("A", "ReadOnly", "MemberList"),
    ("EVSE.1", "AvailabilityState"): ("Available", "ReadOnly", "OptionList"),
    ("EVSE.1", "SupplyPhases"): ("1", "ReadOnly", "integer"),
}
PART = 4


def named(component, variable):
    """The names in VARIABLES, from what was asked."""
    evse = component.get("evse")
    return component["name"] + (f".{evse['id']}" if evse else ""), variable["name"]


def described(place):
    """What a report says of a variable."""
    (name, _, evse), (value, mutability, kind) = place[0].partition("."), VARIABLES[place]
    attribute = {"type": "Actual", "mutability": mutability}
    if mutability != "WriteOnly":
        attribute["value"] = value() if callable(value) else value
    return {
        "component": {"name": name, **({"evse": {"id": int(evse)}} if evse else {})},
        "variable": {"name": place[1]},
        "variable_attribute": [attribute],
        "variable_characteristics": {"data_type": kind, "supports_monitoring": False},
    }


def parts(report_base):
    """The report, cut as a charger cuts it that has little memory."""
    places = [
        place
        for place, (_, mutability, _) in VARIABLES.items()
        if report_base == "FullInventory" or mutability != "ReadOnly"
    ]
    return [[described(place) for place in places[at : at + PART]] for at in range(0, len(places), PART)]


def refused(place, asked):
    """Why a variable can be neither read nor written; None where it can."""
    if place not in VARIABLES:
        return "UnknownVariable" if any(place[0] == name for name, _ in VARIABLES) else "UnknownComponent"
    return "NotSupportedAttributeType" if asked.get("attribute_type", "Actual") != "Actual" else None


def get(asked):
    """The result for one of the variables that are asked for."""
    place = named(asked["component"], asked["variable"])
    names = {"component": asked["component"], "variable": asked["variable"]}
    status = refused(place, asked)
    if status is None and VARIABLES[place][1] == "WriteOnly":
        status = "Rejected"
    if status:
        return {"attribute_status": status, **names}
    value = VARIABLES[place][0]
    return {"attribute_status": "Accepted", **names, "attribute_value": value() if callable(value) else value}


def put(asked):
    """Sets a variable; its result."""
    place = named(asked["component"], asked["variable"])
    status = refused(place, asked)
    if status is None:
        _, mutability, kind = VARIABLES[place]
        status = "Rejected" if mutability == "ReadOnly" else "Accepted"
        if status == "Accepted":
            VARIABLES[place] = (asked["attribute_value"], mutability, kind)
    return {"attribute_status": status, "component": asked["component"], "variable": asked["variable"]}
