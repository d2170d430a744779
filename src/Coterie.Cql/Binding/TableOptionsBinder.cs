using System.Collections.Immutable;
using System.Globalization;
using Coterie.Cql.Plans;
using Coterie.Cql.Syntax;
using Coterie.Model.Schema;

namespace Coterie.Cql.Binding;

/// <summary>WITH of CREATE TABLE.</summary>
internal static class TableOptionsBinder
{
    /// <summary>Cassandra's options that say how its storage works. Accepted, so that schemas load unchanged, and kept, but not acted on.</summary>
    private static readonly string[] AcceptedOnly =
    [
        "additional_write_policy", "allow_auto_snapshot", "bloom_filter_fp_chance", "caching", "cdc", "compaction", "compression",
        "crc_check_chance", "dclocal_read_repair_chance", "extensions", "incremental_backups", "max_index_interval", "memtable",
        "memtable_flush_period_in_ms", "min_index_interval", "nodesync", "read_repair_chance", "replicate_on_write", "index_interval",
        "populate_io_cache_on_flush", "paxos_grace_seconds", "synchronous_updates",
    ];

    /// <param name="id">The table's id, if it was given.</param>
    public static TableOptions Bind(ImmutableArray<OptionSyntax> options, out Guid? id)
    {
        var bound = TableOptions.Default;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        id = null;
        foreach (var option in options)
        {
            if (!seen.Add(option.Name))
            {
                throw new CqlConfigurationException($"Multiple definition for property '{option.Name}'");
            }

            if (option.Name == "id")
            {
                id = Guid.TryParse(option.Value?.Text, out var guid) ? guid : throw Invalid(option, "a UUID");
                continue;
            }

            bound = Apply(bound, option);
        }

        return bound;
    }

    private static TableOptions Apply(TableOptions bound, OptionSyntax option) => option.Name switch
    {
        "comment" => bound with { Comment = option.Value is { Kind: LiteralKind.String } text ? text.Text : throw Invalid(option, "a string") },
        "gc_grace_seconds" => bound with { GcGrace = TimeSpan.FromSeconds(Integer(option, int.MaxValue)) },
        "default_time_to_live" => bound with { DefaultTimeToLiveSeconds = Integer(option, StampTerms.TimeToLiveSecondsMax) },
        "read_repair" => bound with { ReadRepair = ReadRepairOf(option) },
        "timestamps" => bound with { Timestamps = TimestampsOf(option) },
        "speculative_retry" => bound with { SpeculativeRetry = SpeculativeRetryOf(option) },
        _ when AcceptedOnly.Contains(option.Name, StringComparer.Ordinal) => bound with { Extra = bound.Extra.SetItem(option.Name, option.Text) },
        _ => throw new CqlConfigurationException($"Unknown property '{option.Name}'"),
    };

    private static int Integer(OptionSyntax option, int max) =>
        option.Value is { } value && int.TryParse(value.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= 0 && number <= max
            ? number
            : throw Invalid(option, $"an integer from 0 to {max}");

    private static ReadRepair ReadRepairOf(OptionSyntax option) => option.Value?.Text.ToUpperInvariant() switch
    {
        "BLOCKING" => ReadRepair.Blocking,
        "ASYNC" => ReadRepair.Async,
        "NONE" => ReadRepair.None,
        _ => throw Invalid(option, "'BLOCKING', 'ASYNC' or 'NONE'"),
    };

    private static TimestampSource TimestampsOf(OptionSyntax option) => option.Value?.Text.ToUpperInvariant() switch
    {
        "CLIENT" => TimestampSource.Client,
        "SERVER" => TimestampSource.Server,
        _ => throw Invalid(option, "'client' or 'server'"),
    };

    private static SpeculativeRetry SpeculativeRetryOf(OptionSyntax option)
    {
        var text = option.Value?.Text.ToUpperInvariant().Trim() ?? "";
        switch (text)
        {
            case "ALWAYS":
                return new SpeculativeRetry(SpeculativeRetryKind.Always, 0);
            case "NONE" or "NEVER":
                return new SpeculativeRetry(SpeculativeRetryKind.Never, 0);
        }

        foreach (var (suffix, kind, max) in ((string, SpeculativeRetryKind, double)[])
            [("PERCENTILE", SpeculativeRetryKind.Percentile, 100), ("MS", SpeculativeRetryKind.FixedMilliseconds, 86_400_000), ("P", SpeculativeRetryKind.Percentile, 100)])
        {
            if (text.EndsWith(suffix, StringComparison.Ordinal)
                && double.TryParse(text.AsSpan()[..^suffix.Length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
                && value >= 0 && value <= max)
            {
                return new SpeculativeRetry(kind, value);
            }
        }

        throw Invalid(option, "like '99p', '10ms', 'ALWAYS' or 'NONE'");
    }

    private static CqlConfigurationException Invalid(OptionSyntax option, string expected) =>
        new($"Invalid value for option '{option.Name}': {option.Text} is not {expected}");
}
