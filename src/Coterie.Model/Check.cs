using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Coterie.Model;

/// <summary>
/// Invariants, checked in Release too. <see cref="That"/> guards stored data, the ring and replication: when it fails the node
/// stops, since being down is better than being wrong. <see cref="Request"/> guards one request and fails only that, so that one
/// poisonous query cannot take down each coordinator in turn.
/// </summary>
public static class Check
{
    /// <exception cref="BrokenInvariantException">The condition is false: the node must stop.</exception>
    public static void That([DoesNotReturnIf(false)] bool condition, [CallerArgumentExpression(nameof(condition))] string what = "")
    {
        if (!condition)
        {
            throw new BrokenInvariantException(what);
        }
    }

    /// <exception cref="BrokenRequestException">The condition is false: this request fails, the node lives.</exception>
    public static void Request([DoesNotReturnIf(false)] bool condition, [CallerArgumentExpression(nameof(condition))] string what = "")
    {
        if (!condition)
        {
            throw new BrokenRequestException(what);
        }
    }
}

/// <summary>Something that must always be true is not. Whoever owns the node stops it.</summary>
public sealed class BrokenInvariantException(string what) : Exception($"Broken invariant: {what}");

/// <summary>One request met something that must not be. It is answered with a server error and counted.</summary>
public sealed class BrokenRequestException(string what) : Exception($"Broken request: {what}");
