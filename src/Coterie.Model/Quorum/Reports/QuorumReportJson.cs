using System.Text.Json;
using System.Text.Json.Serialization;

namespace Coterie.Model.Quorum.Reports;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true, UseStringEnumConverter = true)]
[JsonSerializable(typeof(QuorumReport))]
[JsonSerializable(typeof(QuorumProblems))]
public sealed partial class QuorumReportJson : JsonSerializerContext;

/// <summary>Why there is no answer.</summary>
public sealed record QuorumProblems(IReadOnlyList<string> Problems);
