using System.Collections.Immutable;
using Coterie.Model;
using Coterie.Model.Quorum;
using Microsoft.Extensions.Primitives;

namespace Coterie.WebConsole.Quorum;

/// <summary>A question to the calculator as the query of an address: of the API, and of a link to the page.</summary>
internal static class QuorumQuery
{
    private static readonly QuorumWords Usual = new();

    public static ImmutableArray<QuorumParameter> Parameters { get; } =
    [
        new("n", "Replicas: a number, or one for each data centre", "3,3", static words => words.Replicas, static (words, text) => words with { Replicas = text }),
        new("r", "What a read needs: a number of replicas, or a consistency level", "LOCAL_QUORUM", static words => words.Read, static (words, text) => words with { Read = text }),
        new("w", "What a write needs: a number of replicas, or a consistency level", "EACH_QUORUM", static words => words.Write, static (words, text) => words with { Write = text }),
        new("from", "The data centre that reads are asked from; the first if not given", "dc2", static words => words.ReadFrom ?? "", static (words, text) => words with { ReadFrom = text }),
        new("at", "The data centre that writes are asked from; the first if not given", "dc1", static words => words.WriteFrom ?? "", static (words, text) => words with { WriteFrom = text }),
        new("up", "The chance of each node to be up", "0.99", static words => words.NodeAvailability, static (words, text) => words with { NodeAvailability = text }),
        new("model", "How long messages take: lnkd-ssd, lnkd-disk, ymmr, cluster as it was measured last, or your own", "w=exp(5);ars=exp(1)", static words => words.Model, static (words, text) => words with { Model = text }),
        new("remote", "How many milliseconds longer a message between data centres takes", "40", static words => words.RemoteMilliseconds, static (words, text) => words with { RemoteMilliseconds = text }),
        new("dead", "Replicas that are dead, numbered from 1 through all data centres", "1,4", static words => words.Dead, static (words, text) => words with { Dead = text }),
    ];

    public static ImmutableSortedSet<string> Keys { get; } = [.. Parameters.Select(static parameter => parameter.Key)];

    /// <param name="read">The values of a key, each of which stands once (<see cref="Repeated"/>) or not at all.</param>
    public static QuorumWords Words(Func<string, StringValues> read) =>
        Parameters.Aggregate(Usual, (words, parameter) => read(parameter.Key).ToString() is { Length: > 0 } text ? parameter.Set(words, text) : words);

    /// <summary>What is said of each key that nobody knows.</summary>
    /// <param name="also">Keys that are somebody else's.</param>
    public static IEnumerable<string> Unknown(IEnumerable<string> keys, params string[] also) =>
        keys.Where(key => !Keys.Contains(key) && !also.Contains(key))
            .Select(key => $"there is no parameter '{Quoted.Of(key)}'; there are {string.Join(", ", Keys.Concat(also))}");

    /// <summary>Why a query cannot be read that says something twice: which of the two is meant, nobody knows.</summary>
    public static IEnumerable<string> Repeated(Func<string, StringValues> read) =>
        Parameters.Where(parameter => read(parameter.Key).Count > 1).Select(static parameter => SaidTwice(parameter.Key));

    public static string SaidTwice(string key) => $"{key} stands there more than once; for several data centres write n=3,3";

    /// <summary>Only what is not as usual, so that a link is as short as what it says.</summary>
    public static string Link(QuorumQuestion question)
    {
        var words = question.ToWords();
        var first = question.Layout.Datacenters[0].Name;
        words = words with { ReadFrom = words.ReadFrom == first ? null : words.ReadFrom, WriteFrom = words.WriteFrom == first ? null : words.WriteFrom };
        var parts = Parameters
            .Where(parameter => parameter.Get(words) != parameter.Get(Usual))
            .Select(parameter => $"{parameter.Key}={Escape(parameter.Get(words))}");
        return string.Join('&', parts) is { Length: > 0 } query ? $"?{query}" : "";
    }

    // Commas and colons may stand in a query as they are, and are read more easily so.
    private static string Escape(string text) => Uri.EscapeDataString(text).Replace("%2C", ",", StringComparison.Ordinal).Replace("%3A", ":", StringComparison.Ordinal);
}

internal sealed record QuorumParameter(
    string Key, string Description, string Example, Func<QuorumWords, string> Get, Func<QuorumWords, string, QuorumWords> Set);
