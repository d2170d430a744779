using System.Text.Json;
using System.Text.Json.Serialization;

namespace Coterie.Host.Admin;

/// <summary>The JSON of the admin address, generated at build time so that nothing is reflected over at start.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(StatusReport))]
[JsonSerializable(typeof(RingReport))]
public sealed partial class AdminJson : JsonSerializerContext;
