using Coterie.Host.CqlClient;

namespace Coterie.Host.Lab;

/// <summary>What a client knows of a write of its own.</summary>
public enum LabOutcome : byte
{
    /// <summary>No answer yet.</summary>
    Pending,

    /// <summary>The cluster has said that it is done.</summary>
    Acknowledged,

    /// <summary>The cluster has said that nothing was done.</summary>
    Failed,

    /// <summary>It may have been done or not, and may still be.</summary>
    Unknown,
}

/// <summary>An outcome, and why it is none better.</summary>
/// <param name="WasTriedWithoutAnswer">A node that did not answer was asked, too: what it was asked may still be done, after whatever comes next.</param>
public readonly record struct LabAnswer(LabOutcome Outcome, string? Reason, CqlResult? Result = null, bool WasTriedWithoutAnswer = false);
