"""An OCPP 2.0.1 or 2.1 charging station on the PyPI package `ocpp`, written apart from Chargehand's own code: what both
believe about OCPP has to meet on the wire. Its options: `--version 2.0.1|2.1`, and those of `charging`.
"""

import asyncio
import uuid

from ocpp import v21, v201
from ocpp.routing import after, on

import model
from charging import Charger, Profile, arguments, now, run, say, text

EVSE = {"id": 1, "connector_id": 1}


class Station(Charger):
    """`says` and `answers` are the version's messages."""

    async def boot(self):
        model.VARIABLES["SecurityCtrlr", "SecurityProfile"] = (str(self.car.way.profile), "ReadOnly", "integer")
        reason = "RemoteReset" if self.car.came_back else "PowerUp"
        station = {"vendor_name": "Independent", "model": "PyPI ocpp", "firmware_version": "2.1.0"}
        return await self.call(self.says.BootNotification(charging_station=station, reason=reason))

    async def status(self):
        state = "Occupied" if self.car.plugged else "Available"
        await self.call(
            self.says.StatusNotification(
                timestamp=text(now()), connector_status=state, evse_id=EVSE["id"], connector_id=EVSE["connector_id"]
            )
        )

    def meter_value(self, context):
        energy, draw = self.car.measure()
        return {
            "timestamp": text(now()),
            "sampled_value": [
                {
                    "value": round(energy, 1),
                    "context": context,
                    "measurand": "Energy.Active.Import.Register",
                    "unit_of_measure": {"unit": "Wh"},
                },
                {
                    "value": round(draw, 1),
                    "context": context,
                    "measurand": "Current.Import",
                    "phase": "L1",
                    "unit_of_measure": {"unit": "A"},
                },
            ],
        }

    async def event(self, kind, trigger, context, info=None, **more):
        self.seq = 0 if kind == "Started" else self.seq + 1
        state = {} if kind == "Ended" else {"charging_state": "Charging"}
        return await self.call(
            self.says.TransactionEvent(
                event_type=kind,
                timestamp=text(now()),
                trigger_reason=trigger,
                seq_no=self.seq,
                transaction_info={"transaction_id": self.car.transaction, **state, **(info or {})},
                meter_value=[self.meter_value(context)],
                evse=EVSE,
                **more,
            )
        )

    async def measured(self, context):
        await self.event("Updated", "MeterValuePeriodic", context)

    async def end(self, trigger, reason):
        await self.event("Ended", trigger, "Transaction.End", {"stopped_reason": reason})
        self.car.stop()

    @on("GetBaseReport")
    def get_base_report(self, report_base, **_):
        known = report_base in ("FullInventory", "ConfigurationInventory")
        return self.answers.GetBaseReport(status="Accepted" if known else "NotSupported")

    @after("GetBaseReport")
    async def reports(self, request_id, report_base, **_):
        parts = model.parts(report_base)
        for number, part in enumerate(parts):
            await self.call(
                self.says.NotifyReport(
                    request_id=request_id,
                    generated_at=text(now()),
                    seq_no=number,
                    tbc=number + 1 < len(parts),
                    report_data=part,
                )
            )

    @on("GetVariables")
    def get_variables(self, get_variable_data, **_):
        return self.answers.GetVariables(get_variable_result=[model.get(asked) for asked in get_variable_data])

    @on("SetVariables")
    def set_variables(self, set_variable_data, **_):
        for asked in set_variable_data:
            if asked["variable"]["name"] == "BasicAuthPassword":
                self.car.way.password = asked["attribute_value"].encode()
        return self.answers.SetVariables(set_variable_result=[model.put(asked) for asked in set_variable_data])

    SLOTS = {}

    @on("SetNetworkProfile")
    def set_network_profile(self, configuration_slot, connection_data, **_):
        self.SLOTS[str(configuration_slot)] = connection_data
        return self.answers.SetNetworkProfile(status="Accepted")

    def takes_the_first_way(self):
        """After a restart the first slot is tried (B10); the one it came with has no number here."""
        first = model.VARIABLES["OCPPCommCtrlr", "NetworkConfigurationPriority"][0].split(",")[0]
        way = self.SLOTS.get(first)
        if way and self.car.way.can_be(way["security_profile"]):
            self.car.way.url, self.car.way.profile = way["ocpp_csms_url"], way["security_profile"]

    @on("InstallCertificate")
    def install_certificate(self, certificate_type, certificate, **_):
        self.car.way.install(certificate)
        return self.answers.InstallCertificate(status="Accepted")

    async def asks_for_certificate(self):
        await self.call(
            self.says.SignCertificate(
                csr=self.car.way.request(), certificate_type="ChargingStationCertificate"
            )
        )

    @on("CertificateSigned")
    def certificate_signed(self, certificate_chain, **_):
        taken = self.car.way.take(certificate_chain)
        return self.answers.CertificateSigned(status="Accepted" if taken else "Rejected")

    async def heartbeat(self):
        await self.call(self.says.Heartbeat())

    async def meter_values(self):
        await self.call(self.says.MeterValues(evse_id=EVSE["id"], meter_value=[self.meter_value("Trigger")]))

    async def transaction_event(self):
        if self.car.transaction is not None:
            await self.event("Updated", "Trigger", "Trigger")

    TRIGGERED = {
        "Heartbeat": heartbeat,
        "SignChargingStationCertificate": asks_for_certificate,
        "StatusNotification": status,
        "MeterValues": meter_values,
        "TransactionEvent": transaction_event,
    }

    @on("TriggerMessage")
    def trigger(self, requested_message, evse=None, **_):
        if requested_message == "BootNotification":
            # F06.FR.17: it was accepted before.
            return self.answers.TriggerMessage(status="Rejected")
        if requested_message == "StatusNotification" and "connector_id" not in (evse or {}):
            say("breach F06.FR.13")
            return self.answers.TriggerMessage(status="Rejected")
        known = requested_message in self.TRIGGERED
        return self.answers.TriggerMessage(status="Accepted" if known else "NotImplemented")

    @after("TriggerMessage")
    async def triggered(self, requested_message, evse=None, **_):
        placed = requested_message != "StatusNotification" or "connector_id" in (evse or {})
        if requested_message in self.TRIGGERED and placed:
            say("triggered", requested_message)
            await self.TRIGGERED[requested_message](self)

    @on("RequestStartTransaction")
    def request_start(self, **_):
        free = self.car.free()
        self.car.starting = self.car.starting or free
        return self.answers.RequestStartTransaction(status="Accepted" if free else "Rejected")

    @after("RequestStartTransaction")
    async def started(self, id_token, remote_start_id, charging_profile=None, **_):
        if not self.car.starting or self.car.transaction is not None:
            return
        self.car.start(str(uuid.uuid4()))
        if charging_profile:
            self.car.take(self.profile(EVSE["id"], charging_profile), fits=True)
        answer = await self.event(
            "Started", "RemoteStart", "Transaction.Begin", {"remote_start_id": remote_start_id}, id_token=id_token
        )
        if answer.id_token_info and answer.id_token_info["status"] != "Accepted":
            say("idToken", answer.id_token_info["status"])
            await self.end("Deauthorized", "DeAuthorized")

    @on("RequestStopTransaction")
    def request_stop(self, transaction_id, **_):
        runs = transaction_id == self.car.transaction
        return self.answers.RequestStopTransaction(status="Accepted" if runs else "Rejected")

    @after("RequestStopTransaction")
    async def stopped(self, transaction_id, **_):
        if transaction_id == self.car.transaction:
            await self.end("RemoteStop", "Remote")

    @on("GetTransactionStatus")
    def get_transaction_status(self, transaction_id=None, **_):
        running = {} if transaction_id is None else {"ongoing_indicator": transaction_id == self.car.transaction}
        return self.answers.GetTransactionStatus(messages_in_queue=False, **running)

    def profile(self, evse_id, said):
        return Profile(evse_id, said, said["charging_schedule"][0], said["id"], now())

    @on("SetChargingProfile")
    def set_charging_profile(self, evse_id, charging_profile, **_):
        broken = self.car.profiles.breaches(evse_id, charging_profile)
        if broken:
            say("breach", *broken)
            return self.answers.SetChargingProfile(status="Rejected")
        profile = self.profile(evse_id, charging_profile)
        running = self.car.transaction
        fits = {
            "ChargingStationMaxProfile": evse_id == 0,
            "TxDefaultProfile": evse_id in (0, 1),
            "TxProfile": evse_id == 1 and running is not None and profile.transaction == running,
        }.get(profile.purpose, False)
        return self.answers.SetChargingProfile(status="Accepted" if self.car.take(profile, fits) else "Rejected")

    @on("ClearChargingProfile")
    def clear_charging_profile(self, charging_profile_id=None, charging_profile_criteria=None, **_):
        said = charging_profile_criteria or {}
        found = self.car.profiles.clear(
            id=charging_profile_id,
            connector=said.get("evse_id"),
            purpose=said.get("charging_profile_purpose"),
            level=said.get("stack_level"),
        )
        return self.answers.ClearChargingProfile(status="Accepted" if found else "Unknown")

    def profiles_asked(self, said, evse_id):
        found = self.car.profiles.matching(
            connector=evse_id, purpose=said.get("charging_profile_purpose"), level=said.get("stack_level")
        )
        ids = said.get("charging_profile_id")
        return [profile for profile in found if ids is None or profile.id in ids]

    @on("GetChargingProfiles")
    def get_charging_profiles(self, charging_profile, evse_id=None, **_):
        found = self.profiles_asked(charging_profile, evse_id)
        return self.answers.GetChargingProfiles(status="Accepted" if found else "NoProfiles")

    @after("GetChargingProfiles")
    async def reports_profiles(self, request_id, charging_profile, evse_id=None, **_):
        found = self.profiles_asked(charging_profile, evse_id)
        for number, profile in enumerate(found):
            await self.call(
                self.says.ReportChargingProfiles(
                    request_id=request_id,
                    charging_limit_source="CSO",
                    evse_id=profile.connector,
                    charging_profile=[profile.said],
                    tbc=number + 1 < len(found),
                )
            )

    @on("GetCompositeSchedule")
    def get_composite_schedule(self, duration, evse_id, charging_rate_unit="A", **_):
        if charging_rate_unit != "A" or evse_id not in (0, 1):
            return self.answers.GetCompositeSchedule(status="Rejected")
        start, periods = self.car.composite(duration)
        schedule = {
            "evse_id": evse_id,
            "duration": duration,
            "schedule_start": start,
            "charging_rate_unit": "A",
            "charging_schedule_period": periods,
        }
        return self.answers.GetCompositeSchedule(status="Accepted", schedule=schedule)

    @on("GetLog")
    def get_log(self, **_):
        return self.answers.GetLog(status="Accepted", filename="log.zip")

    @after("GetLog")
    async def logged(self, log, log_type, request_id, **_):
        say(log_type, log["remote_location"])
        for status in ("Uploading", "Uploaded"):
            await self.call(self.says.LogStatusNotification(status=status, request_id=request_id))

    @on("Reset")
    def reset_asked(self, type, **_):
        scheduled = type == "OnIdle" and self.car.transaction is not None
        return self.answers.Reset(status="Scheduled" if scheduled else "Accepted")

    @after("Reset")
    async def resets(self, type, **_):
        while type == "OnIdle" and self.car.transaction is not None:
            await asyncio.sleep(0.1)
        if self.car.transaction is not None:
            await self.end("ResetCommand", "ImmediateReset")
        self.takes_the_first_way()
        await self.reset()


class Station201(Station, v201.ChargePoint):
    says, answers = v201.call, v201.call_result


class Station21(Station, v21.ChargePoint):
    says, answers = v21.call, v21.call_result


VERSIONS = {"2.0.1": ("ocpp2.0.1", Station201), "2.1": ("ocpp2.1", Station21)}
given = arguments(("--version", VERSIONS))
asyncio.run(run(given, *VERSIONS[given.version]))
