"""An OCPP 1.6J charge point on the PyPI package `ocpp`, written apart from Chargehand's own code: what both believe
about OCPP has to meet on the wire. Its options: see `charging`.
"""

import asyncio

from ocpp.routing import after, on
from ocpp.v16 import ChargePoint, call, call_result

from charging import TOP_LEVEL, Charger, Profile, arguments, now, run, say, text

CONFIGURATION = {
    "CpoName": "",
    "HeartbeatInterval": "60",
    "MeterValueSampleInterval": "1",
    "MeterValuesSampledData": "Energy.Active.Import.Register,Current.Import",
    "NumberOfConnectors": "1",
    "SupportedFeatureProfiles": "Core,FirmwareManagement,SmartCharging,RemoteTrigger",
    "ChargeProfileMaxStackLevel": str(TOP_LEVEL),
    "ChargingScheduleAllowedChargingRateUnit": "Current",
    "ChargingScheduleMaxPeriods": "6",
    "MaxChargingProfilesInstalled": "6",
    "SecurityProfile": "0",
}
WRITABLE = {"CpoName", "HeartbeatInterval", "MeterValueSampleInterval"}


class ChargePoint16(Charger, ChargePoint):
    async def boot(self):
        return await self.call(
            call.BootNotification(
                charge_point_vendor="Independent", charge_point_model="PyPI ocpp", firmware_version="2.1.0"
            )
        )

    async def status(self):
        idle = "Preparing" if self.car.plugged else "Available"
        state = idle if self.car.transaction is None else "Charging"
        await self.call(
            call.StatusNotification(connector_id=1, error_code="NoError", status=state, timestamp=text(now()))
        )

    async def measured(self, context):
        energy, draw = self.car.measure()
        sampled = [
            {"value": f"{energy:.0f}", "context": context, "measurand": "Energy.Active.Import.Register", "unit": "Wh"},
            {"value": f"{draw:.1f}", "context": context, "measurand": "Current.Import", "phase": "L1", "unit": "A"},
        ]
        await self.call(
            call.MeterValues(
                connector_id=1,
                transaction_id=self.car.transaction,
                meter_value=[{"timestamp": text(now()), "sampled_value": sampled}],
            )
        )

    @on("GetConfiguration")
    def get_configuration(self, key=None):
        CONFIGURATION["SecurityProfile"] = str(self.car.way.profile)
        asked = key or list(CONFIGURATION)
        known = [
            {"key": name, "readonly": name not in WRITABLE, "value": CONFIGURATION[name]}
            for name in asked
            if name in CONFIGURATION
        ]
        unknown = [name for name in asked if name not in CONFIGURATION]
        return call_result.GetConfiguration(configuration_key=known, unknown_key=unknown)

    @on("ChangeConfiguration")
    def change_configuration(self, key, value):
        if key == "AuthorizationKey":
            self.car.way.password = bytes.fromhex(value)
            return call_result.ChangeConfiguration(status="Accepted")
        if key == "SecurityProfile":
            can = self.car.way.can_be(int(value))
            return call_result.ChangeConfiguration(status="Accepted" if can else "Rejected")
        if key in WRITABLE:
            CONFIGURATION[key] = value
            return call_result.ChangeConfiguration(status="Accepted")
        return call_result.ChangeConfiguration(status="Rejected" if key in CONFIGURATION else "NotSupported")

    @after("ChangeConfiguration")
    async def changed(self, key, value):
        if key == "SecurityProfile" and self.car.way.can_be(int(value)):
            self.car.way.profile = int(value)
            await self.reset()

    @on("InstallCertificate")
    def install_certificate(self, certificate_type, certificate):
        self.car.way.install(certificate)
        return call_result.InstallCertificate(status="Accepted")

    @on("ExtendedTriggerMessage")
    def extended_trigger(self, requested_message, **_):
        known = requested_message == "SignChargePointCertificate"
        return call_result.ExtendedTriggerMessage(status="Accepted" if known else "NotImplemented")

    @after("ExtendedTriggerMessage")
    async def asks_for_certificate(self, requested_message, **_):
        if requested_message == "SignChargePointCertificate":
            await self.call(call.SignCertificate(csr=self.car.way.request()))

    @on("CertificateSigned")
    def certificate_signed(self, certificate_chain):
        taken = self.car.way.take(certificate_chain)
        return call_result.CertificateSigned(status="Accepted" if taken else "Rejected")

    async def heartbeat(self):
        await self.call(call.Heartbeat())

    TRIGGERED = {
        "BootNotification": Charger.boot_again,
        "Heartbeat": heartbeat,
        "StatusNotification": status,
        "MeterValues": lambda self: self.measured("Trigger"),
    }

    @on("TriggerMessage")
    def trigger(self, requested_message, connector_id=None):
        known = requested_message in self.TRIGGERED
        return call_result.TriggerMessage(status="Accepted" if known else "NotImplemented")

    @after("TriggerMessage")
    async def triggered(self, requested_message, connector_id=None):
        if requested_message in self.TRIGGERED:
            say("triggered", requested_message)
            await self.TRIGGERED[requested_message](self)

    @on("RemoteStartTransaction")
    def remote_start(self, **_):
        free = self.car.free()
        self.car.starting = self.car.starting or free
        return call_result.RemoteStartTransaction(status="Accepted" if free else "Rejected")

    @after("RemoteStartTransaction")
    async def started(self, id_tag, **_):
        if not self.car.starting or self.car.transaction is not None:
            return
        answer = await self.call(
            call.StartTransaction(
                connector_id=1, id_tag=id_tag, meter_start=round(self.car.energy), timestamp=text(now())
            )
        )
        if answer.id_tag_info["status"] != "Accepted":
            self.car.starting = False
            return say("idTag", answer.id_tag_info["status"])
        self.car.start(answer.transaction_id)
        await self.status()

    @on("RemoteStopTransaction")
    def remote_stop(self, transaction_id):
        runs = transaction_id == self.car.transaction
        return call_result.RemoteStopTransaction(status="Accepted" if runs else "Rejected")

    @after("RemoteStopTransaction")
    async def stopped(self, transaction_id):
        if transaction_id == self.car.transaction:
            await self.end("Remote")
            await self.status()

    async def end(self, reason):
        transaction = self.car.stop()
        await self.call(
            call.StopTransaction(
                meter_stop=round(self.car.energy), timestamp=text(now()), transaction_id=transaction, reason=reason
            )
        )

    @on("SetChargingProfile")
    def set_charging_profile(self, connector_id, cs_charging_profiles):
        said = cs_charging_profiles
        profile = Profile(connector_id, said, said["charging_schedule"], said["charging_profile_id"], now())
        running = self.car.transaction
        fits = {
            "ChargePointMaxProfile": connector_id == 0,
            "TxDefaultProfile": connector_id in (0, 1),
            "TxProfile": connector_id == 1 and running is not None and profile.transaction in (None, running),
        }[profile.purpose]
        return call_result.SetChargingProfile(status="Accepted" if self.car.take(profile, fits) else "Rejected")

    @on("ClearChargingProfile")
    def clear_charging_profile(self, id=None, connector_id=None, charging_profile_purpose=None, stack_level=None):
        found = self.car.profiles.clear(
            id=id, connector=connector_id, purpose=charging_profile_purpose, level=stack_level
        )
        return call_result.ClearChargingProfile(status="Accepted" if found else "Unknown")

    @on("GetCompositeSchedule")
    def get_composite_schedule(self, connector_id, duration, charging_rate_unit="A"):
        if charging_rate_unit != "A" or connector_id not in (0, 1):
            return call_result.GetCompositeSchedule(status="Rejected")
        start, periods = self.car.composite(duration)
        schedule = {"duration": duration, "charging_rate_unit": "A", "charging_schedule_period": periods}
        return call_result.GetCompositeSchedule(
            status="Accepted", connector_id=connector_id, schedule_start=start, charging_schedule=schedule
        )

    @on("GetDiagnostics")
    def get_diagnostics(self, **_):
        return call_result.GetDiagnostics(file_name="diagnostics.zip")

    @after("GetDiagnostics")
    async def diagnosed(self, location, **_):
        say("diagnostics", location)
        for status in ("Uploading", "Uploaded"):
            await self.call(call.DiagnosticsStatusNotification(status=status))

    @on("GetLog")
    def get_log(self, **_):
        return call_result.GetLog(status="Accepted", filename="log.zip")

    @after("GetLog")
    async def logged(self, log, log_type, request_id, **_):
        say(log_type, log["remote_location"])
        for status in ("Uploading", "Uploaded"):
            await self.call(call.LogStatusNotification(status=status, request_id=request_id))

    @on("Reset")
    def reset_asked(self, type):
        return call_result.Reset(status="Accepted")

    @after("Reset")
    async def resets(self, type):
        if self.car.transaction is not None:
            await self.end(f"{type}Reset")
        await self.reset()


asyncio.run(run(arguments(), "ocpp1.6", ChargePoint16))
