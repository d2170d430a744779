using System.Globalization;

namespace Coterie.Host.CqlClient;

/// <summary>The server answered with an ERROR message (native protocol v4 §9).</summary>
public sealed class CqlErrorException(int code, string message) : Exception(message)
{
    public const int Protocol = 0x000A;
    public const int Syntax = 0x2000;
    public const int Invalid = 0x2200;
    public const int AlreadyExists = 0x2400;
    public const int Unprepared = 0x2500;

    public int Code { get; } = code;

    /// <summary>The name that the protocol gives the code.</summary>
    public string CodeName => Code switch
    {
        0x0000 => "ServerError",
        Protocol => "ProtocolError",
        0x0100 => "BadCredentials",
        0x1000 => "Unavailable",
        0x1001 => "Overloaded",
        0x1002 => "IsBootstrapping",
        0x1003 => "TruncateError",
        0x1100 => "WriteTimeout",
        0x1200 => "ReadTimeout",
        0x1300 => "ReadFailure",
        0x1400 => "FunctionFailure",
        0x1500 => "WriteFailure",
        Syntax => "SyntaxError",
        0x2100 => "Unauthorized",
        Invalid => "Invalid",
        0x2300 => "ConfigError",
        AlreadyExists => "AlreadyExists",
        Unprepared => "Unprepared",
        _ => string.Create(CultureInfo.InvariantCulture, $"Error 0x{Code:X4}"),
    };
}
