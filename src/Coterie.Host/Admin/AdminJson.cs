using System.Text.Json;
using System.Text.Json.Serialization;

namespace Coterie.Host.Admin;

/// <summary>The JSON of the admin address, generated at build time so that nothing is reflected over at start.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(StatusReport))]
[JsonSerializable(typeof(RingReport))]
public sealed partial class AdminJson : JsonSerializerContext;

/// <summary>The JSON of repairs: what is asked for must be understood whole, so that nobody takes for done what was not.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(RepairRequest))]
[JsonSerializable(typeof(RepairBegun))]
[JsonSerializable(typeof(RepairProgress))]
[JsonSerializable(typeof(AcceptLossRequest))]
[JsonSerializable(typeof(AcceptLossAnswer))]
[JsonSerializable(typeof(DivergeRequest))]
[JsonSerializable(typeof(DivergeAnswer))]
[JsonSerializable(typeof(CableState))]
public sealed partial class RepairJson : JsonSerializerContext;
